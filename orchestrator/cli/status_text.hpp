#pragma once

#include <chrono>
#include <string>

#include "orchestrator/run/status_file.hpp"

namespace harsanyi {

/// A run's status for a reader. A run that says it is running but has written nothing for a minute is named
/// as silent: it was killed, hangs, or the clocks of two nodes differ.
[[nodiscard]] std::string status_text(const RunStatus& status, std::chrono::system_clock::time_point now);

}  // namespace harsanyi
