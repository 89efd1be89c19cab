#include <algorithm>
#include <iostream>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/cli/layout_text.hpp"
#include "orchestrator/cli/plan_text.hpp"

namespace harsanyi {

ExitCode run_plan(const PlanOptions& options, const Invocation&) {
  const auto launch = launch_info();
  if (launch && launch->rank != 0) return ExitCode::ok;  // one plan per job
  const int groups = std::max(1, options.devices / options.sweep.model.compute.tensor_parallel);
  const UnitsFor units{.worker_groups = groups, .recorded = recorded_sharding(options.sweep.cube)};
  const SweepJob job = options.prompt_tokens > 0 ? assumed_sweep(options.sweep, options.prompt_tokens, units)
                                                 : prepare_sweep(options.sweep, units);
  std::cout << plan_text(job) << layout_text(plan_layouts(job, options));
  return ExitCode::ok;
}

}  // namespace harsanyi
