#pragma once

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/run/run_outcome.hpp"

namespace harsanyi {

/// How a command ends after a run: complete, interrupted by the user, stopped by the system or for
/// want of workers, or with units set aside.
[[nodiscard]] ExitCode exit_code_of(const RunOutcome& outcome);

}  // namespace harsanyi
