#include "orchestrator/cli/evaluation_runner.hpp"

#include <fmt/format.h>

#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/run/engine_library.hpp"
#include "orchestrator/run/status_file.hpp"
#include "orchestrator/run/together.hpp"
#include "worker/model/checkpoint.hpp"

namespace harsanyi {
namespace {

std::string describe_unit(const EvaluationJob& job, UnitId id) {
  const EvaluationUnit& unit = job.plan.units.at(static_cast<std::size_t>(id.index()));
  const ResultsTable& table = job.tables[static_cast<std::size_t>(unit.table)];
  return fmt::format("unit {} ({} on {}, {}, items {}-{})", id.value, table.benchmark, table.model,
                     job.methods[static_cast<std::size_t>(unit.method)], unit.items.first,
                     unit.items.last - 1);
}

}  // namespace

Engine& EvaluationRunner::engine_of(const EvaluatedModel& model) {
  if (!engine_ || engine_folder_ != model.facts.folder) {
    engine_.reset();  // before the next one takes memory
    engine_ = load_engine_from_library(model.facts.folder, settings_.engine);
    engine_folder_ = model.facts.folder;
  }
  return *engine_;
}

// Adds the weights' hashes, and refuses groups that were selected for other weights.
Identity EvaluationRunner::with_weights(Identity identity, const EvaluationJob& job) {
  for (const EvaluatedModel& model : job.models) {
    std::string& digest = weights_digests_[model.facts.folder];
    if (digest.empty()) digest = weights_digest(model.facts.folder);
    identity.set(model.facts.name + ".weights_sha256", digest);
    if (model.groups) require_weights_of(*model.groups, digest, model.facts.name);
  }
  return identity;
}

ResultsFile EvaluationRunner::open(const EvaluationJob& job, Identity identity,
                                   const std::filesystem::path& file) {
  if (ResultsFile::is_finished(file, identity)) return ResultsFile::open(file);
  return ResultsFile::open_or_create(
      file, {.plan = job.plan,
             .methods = job.methods,
             .tables = job.tables,
             .identity = std::move(identity),
             .provenance = provenance_of(invocation_.command_line, invocation_.configuration)});
}

EvaluationRunner::Run EvaluationRunner::run(const EvaluationJob& job, const std::filesystem::path& file) {
  const bool leads = world_.rank() == Rank{0};
  Run run;
  Identity identity = job.identity;
  together(world_, [&] { add_numerics(identity, engine_of(job.models.front()).numerics()); });
  together(world_, [&] {
    if (leads) run.results = open(job, with_weights(identity, job), file);
  });

  std::optional<StatusFile> status;
  if (leads && !run.results->complete()) status.emplace(file, world_.size());
  const auto progress =
      with_status(make_progress({.title = settings_.title}), status ? &*status : nullptr, settings_.title);
  RunOptions options;
  options.schedule.attempts = settings_.attempts;
  options.describe = [&](UnitId unit) { return describe_unit(job, unit); };
  const WorkFunction answer = logged(
      [&](UnitId id) {
        const EvaluationUnit& unit = job.plan.units.at(static_cast<std::size_t>(id.index()));
        const int model = job.plan.tables[static_cast<std::size_t>(unit.table)].model;
        return unit_answers(engine_of(job.models[static_cast<std::size_t>(model)]), job, unit);
      },
      options.describe);
  run.outcome = run_units(world_, job.tasks(), leads ? &*run.results : nullptr, answer, identity.digest(),
                          *progress, options);
  together(world_, [&] {
    if (leads && run.outcome.complete() && !run.results->complete()) run.results->mark_complete();
  });
  if (status) status->ended(run.outcome, run.results->complete());
  return run;
}

}  // namespace harsanyi
