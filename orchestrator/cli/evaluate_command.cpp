#include <iostream>
#include <optional>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/report/evaluation_tables.hpp"
#include "orchestrator/run/engine_library.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "worker/model/checkpoint.hpp"

namespace harsanyi {
namespace {

/// Answers units; holds one model at a time.
class Answerer {
 public:
  Answerer(const EvaluationJob& job, int threads) : job_{job}, threads_{threads} {}

  [[nodiscard]] Engine& engine_of(int model) {
    if (!engine_ || model_ != model) {
      engine_.reset();  // before the next one takes memory
      engine_ = load_engine_from_library(job_.models[static_cast<std::size_t>(model)].facts.folder,
                                         {.threads = threads_});
      model_ = model;
    }
    return *engine_;
  }

  [[nodiscard]] std::vector<double> answer(UnitId id) {
    const EvaluationUnit& unit = job_.plan.units[static_cast<std::size_t>(id.index())];
    const int model = job_.plan.tables[static_cast<std::size_t>(unit.table)].model;
    return unit_answers(engine_of(model), job_, unit);
  }

 private:
  const EvaluationJob& job_;
  int threads_;
  int model_ = -1;
  std::unique_ptr<Engine> engine_;
};

// Adds the weights' hashes, and refuses groups that were selected for other weights.
void add_weights(Identity& identity, const EvaluationJob& job) {
  for (const EvaluatedModel& model : job.models) {
    const std::string digest = weights_digest(model.facts.folder);
    identity.set(model.facts.name + ".weights_sha256", digest);
    if (model.groups) require_weights_of(*model.groups, digest, model.facts.name);
  }
}

std::string describe_unit(const EvaluationJob& job, UnitId id) {
  const EvaluationUnit& unit = job.plan.units[static_cast<std::size_t>(id.index())];
  const ResultsTable& table = job.tables[static_cast<std::size_t>(unit.table)];
  return fmt::format("unit {} ({} on {}, {}, items {}-{})", id.value, table.benchmark, table.model,
                     job.methods[static_cast<std::size_t>(unit.method)], unit.items.first,
                     unit.items.last - 1);
}

void say_end(ResultsFile& results, const RunOutcome& outcome, const std::filesystem::path& file) {
  if (!outcome.complete()) {
    std::cout << fmt::format(
        "results unfinished: {} of {} units done; run the same command again to go on: {}\n",
        outcome.done_before + outcome.done_now, outcome.units, file.string());
    return;
  }
  const auto evaluated = evaluate_results(results);
  for (const Table& table : evaluation_tables(evaluated)) std::cout << to_plain_text(table) << '\n';
  std::cout << fmt::format("results complete: {} units, {} of them in earlier runs: {}\n", outcome.units,
                           outcome.done_before, file.string());
}

ExitCode evaluate_in(World& world, const EvaluateOptions& options, const Invocation& invocation) {
  const bool leads = world.rank() == Rank{0};
  std::optional<EvaluationJob> job;
  together(world, [&] { job = prepare_evaluation(options); });
  if (options.dry_run) {
    if (leads) std::cout << plan_text(*job);
    return ExitCode::ok;
  }

  Answerer answerer{*job, threads_of_rank(options.threads, world)};
  std::optional<ResultsFile> results;
  together(world, [&] { add_numerics(job->identity, answerer.engine_of(0).numerics()); });
  together(world, [&] {
    if (!leads) return;
    Identity identity = job->identity;
    add_weights(identity, *job);
    if (ResultsFile::is_finished(options.results, identity)) {
      results = ResultsFile::open(options.results);
      return;
    }
    results = ResultsFile::open_or_create(
        options.results, {.plan = job->plan,
                          .methods = job->methods,
                          .tables = job->tables,
                          .identity = std::move(identity),
                          .provenance = provenance_of(invocation.command_line, invocation.configuration)});
  });

  const auto progress = make_progress({.title = "evaluate"});
  RunOptions run;
  run.schedule.attempts = options.attempts;
  run.describe = [&](UnitId unit) { return describe_unit(*job, unit); };
  const RunOutcome outcome = run_units(
      world, job->tasks(), leads ? &*results : nullptr, [&](UnitId unit) { return answerer.answer(unit); },
      job->identity.digest(), *progress, run);
  together(world, [&] {
    if (!leads) return;
    if (outcome.complete() && !results->complete()) results->mark_complete();
    say_end(*results, outcome, options.results);
  });
  return exit_code_of(outcome);
}

}  // namespace

ExitCode run_evaluate(const EvaluateOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  return in_world([&](World& world) { return evaluate_in(world, options, invocation); });
}

}  // namespace harsanyi
