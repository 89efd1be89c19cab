#pragma once

#include <functional>

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/config/limit_options.hpp"
#include "orchestrator/run/world.hpp"

namespace harsanyi {

/// Runs a command's body on every rank of the job and reports what it throws while the world still stands.
/// An Error is thrown by all ranks alike (`together`, `run_units`): they end in order, each with its exit
/// code. After any other exception, or where ranks are lost, the ranks may wait for each other: the job is
/// ended at once.
[[nodiscard]] ExitCode in_world(const LimitOptions& limits, const std::function<ExitCode(World&)>& body);

}  // namespace harsanyi
