#pragma once

#include <functional>
#include <string>

#include "orchestrator/log/log.hpp"
#include "orchestrator/run/worker_loop.hpp"

namespace harsanyi {

/// The log of a command of several ranks, and its first line: which process this is.
class RunLog {
 public:
  RunLog(const LogOptions& options, const std::string& command);

 private:
  LogScope scope_;
};

/// `compute` with lines in this rank's log: every unit and its time at level debug, failures at level
/// warning.
/// @param describe  names a unit, as in RunOptions
[[nodiscard]] WorkFunction logged(WorkFunction compute, std::function<std::string(UnitId)> describe);

}  // namespace harsanyi
