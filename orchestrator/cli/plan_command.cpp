#include <iostream>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/cli/plan_text.hpp"

namespace harsanyi {

ExitCode run_plan(const PlanOptions& options, const Invocation&) {
  const auto launch = launch_info();
  if (launch && launch->rank != 0) return ExitCode::ok;  // one plan per job
  const UnitsFor units{.worker_groups = 1, .recorded = recorded_sharding(options.sweep.cube)};
  std::cout << plan_text(options.prompt_tokens > 0
                             ? assumed_sweep(options.sweep, options.prompt_tokens, units)
                             : prepare_sweep(options.sweep, units));
  return ExitCode::ok;
}

}  // namespace harsanyi
