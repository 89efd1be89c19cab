#include "orchestrator/cli/outcome.hpp"

#include <csignal>

namespace harsanyi {

ExitCode exit_code_of(const RunOutcome& outcome) {
  if (outcome.complete()) return ExitCode::ok;
  if (outcome.interrupted_by)
    return *outcome.interrupted_by == SIGINT ? ExitCode::interrupted : ExitCode::ended_early;
  return outcome.set_aside.empty() ? ExitCode::ended_early : ExitCode::incomplete;
}

}  // namespace harsanyi
