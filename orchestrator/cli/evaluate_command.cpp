#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/evaluation_runner.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/report/evaluation_tables.hpp"
#include "orchestrator/run/together.hpp"

namespace harsanyi {
namespace {

void say_end(const EvaluationRunner::Run& run, const std::filesystem::path& file) {
  const RunOutcome& outcome = run.outcome;
  if (!outcome.complete()) {
    std::cout << fmt::format(
        "results unfinished: {} of {} units done; run the same command again to go on: {}\n",
        outcome.done_before + outcome.done_now, outcome.units, file.string());
    return;
  }
  const auto evaluated = evaluate_results(*run.results);
  for (const Table& table : evaluation_tables(evaluated)) std::cout << to_plain_text(table) << '\n';
  std::cout << fmt::format("results complete: {} units, {} of them in earlier runs: {}\n", outcome.units,
                           outcome.done_before, file.string());
}

ExitCode evaluate_in(World& world, const EvaluateOptions& options, const Invocation& invocation) {
  const bool leads = world.rank() == Rank{0};
  std::optional<EvaluationJob> job;
  together(world, [&] { job = prepare_evaluation(options, methods_of(options)); });
  if (options.dry_run) {
    if (leads) std::cout << plan_text(*job);
    return ExitCode::ok;
  }
  if (leads) say_notes(*job);
  EvaluationRunner runner{world,
                          invocation,
                          {.compute = options.compute,
                           .attempts = options.attempts,
                           .verify = options.verify,
                           .unit_deadline = options.limits.unit_deadline}};
  const EvaluationRunner::Run run = runner.run(*job, options.results);
  together(world, [&] {
    if (leads) say_end(run, options.results);
  });
  return exit_code_of(run.outcome);
}

}  // namespace

ExitCode run_evaluate(const EvaluateOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.log, "evaluate"};
  std::vector<std::filesystem::path> files = options.groups;
  files.push_back(options.results);
  const InputTrial trial{files};
  return in_world(options.limits, [&](World& world) {
    trial.require_passed(world);
    return evaluate_in(world, options, invocation);
  });
}

}  // namespace harsanyi
