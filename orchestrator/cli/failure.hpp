#pragma once

#include <exception>
#include <ostream>

#include "orchestrator/cli/exit_code.hpp"

namespace harsanyi {

/// Writes one "harsanyi: ..." message for `error`, with the rank in front where there are several, and gives
/// the exit code of its kind. What every rank knows alike, a mistake on the command line or the failure of
/// another rank, is written by rank 0 alone.
[[nodiscard]] ExitCode report_failure(const std::exception& error, std::ostream& errors);

}  // namespace harsanyi
