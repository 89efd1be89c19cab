#include <iostream>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/cli/plan_text.hpp"

namespace harsanyi {

ExitCode run_plan(const PlanOptions& options, const Invocation&) {
  const auto launch = launch_info();
  if (launch && launch->rank != 0) return ExitCode::ok;  // one plan per job
  std::cout << plan_text(options.prompt_tokens > 0 ? assumed_sweep(options.sweep, options.prompt_tokens)
                                                   : prepare_sweep(options.sweep));
  return ExitCode::ok;
}

}  // namespace harsanyi
