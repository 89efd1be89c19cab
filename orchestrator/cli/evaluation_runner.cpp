#include "orchestrator/cli/evaluation_runner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrator/cli/damaged_units.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/records/unit_text.hpp"
#include "orchestrator/run/status_file.hpp"
#include "orchestrator/run/together.hpp"
#include "worker/model/checkpoint.hpp"

namespace harsanyi {
namespace {

std::string describe_unit(const EvaluationJob& job, UnitId id) {
  const EvaluationUnit& unit = job.plan.units.at(static_cast<std::size_t>(id.index()));
  return unit_text(unit, job.tables[static_cast<std::size_t>(unit.table)],
                   job.methods[static_cast<std::size_t>(unit.method)]);
}

/// What the models of each group size have to compute.
std::vector<GroupWish> wishes_of(const EvaluationJob& job) {
  std::map<int, double> costs;
  for (std::size_t unit = 0; unit < job.plan.units.size(); ++unit)
    costs[job.model_of(job.plan.units[unit]).ranks] += job.costs[unit].flops;
  std::vector<GroupWish> wishes;
  wishes.reserve(costs.size());
  for (const auto& [ranks, cost] : costs) wishes.push_back({ranks, cost});
  return wishes;
}

}  // namespace

void EvaluationRunner::form_groups_for(const EvaluationJob& job) {
  together(world_, [&] {
    for (const EvaluatedModel& model : job.models) require_divisible(model.facts, model.ranks);
  });
  if (!groups_) groups_ = form_groups(world_, wishes_of(job), settings_.compute.group_on_node);
}

Engine& EvaluationRunner::engine_of(const EvaluatedModel& model) {
  if (!engine_ || engine_folder_ != model.facts.folder) {
    engine_.reset();  // before the next one takes memory
    engine_ = load_model(model.facts, engine_options(settings_.compute, world_, groups_->own.get()), world_);
    engine_folder_ = model.facts.folder;
  }
  return *engine_;
}

// Adds the weights' hashes, and refuses groups that were selected for other weights.
Identity EvaluationRunner::with_weights(Identity identity, const EvaluationJob& job) {
  for (const EvaluatedModel& model : job.models) {
    std::string& digest = weights_digests_[model.facts.folder];
    if (digest.empty())
      digest =
          while_others_wait(world_, [&] { return digest_of_weights(model.facts.folder, settings_.verify); });
    identity.set(model.facts.name + ".weights_sha256", digest);
    if (model.groups) require_weights_of(*model.groups, digest, model.facts.name);
  }
  return identity;
}

ResultsFile EvaluationRunner::open(const EvaluationJob& job, Identity identity,
                                   const std::filesystem::path& file,
                                   const std::optional<std::vector<UnitId>>& again) {
  if (!again && ResultsFile::is_finished(file, identity)) return ResultsFile::open(file);
  ResultsFile results = ResultsFile::open_or_create(
      file, {.plan = job.plan,
             .methods = job.methods,
             .tables = job.tables,
             .identity = std::move(identity),
             .provenance = provenance_of(invocation_.command_line, invocation_.configuration)});
  if (again)
    results.forget(*again);
  else
    static_cast<void>(
        open_damaged_units(results, file, [&](UnitId unit) { return describe_unit(job, unit); }));
  return results;
}

EvaluationRunner::Run EvaluationRunner::run(const EvaluationJob& job, const std::filesystem::path& file,
                                            const std::optional<std::vector<UnitId>>& again) {
  const bool leads = world_.rank() == Rank{0};
  Run run;
  together(world_, [&] {
    for (const EvaluatedModel& model : job.models)
      if (!weights_.contains(model.facts.folder))
        weights_.emplace(model.facts.folder, weight_files(model.facts.folder));
  });
  Identity identity = job.identity;
  form_groups_for(job);
  together(world_, [&] {
    const auto own = std::find_if(job.models.begin(), job.models.end(), [this](const EvaluatedModel& model) {
      return model.ranks == groups_->size();
    });
    Numerics numerics;
    in_group(groups_->own.get(), [&] { numerics = engine_of(*own).numerics(); });
    // What depends on the size of a group cannot be one fact of a job of several sizes.
    if (job.has_several_sizes()) numerics.row_bits = numerics.device_sums = "by group size";
    add_numerics(identity, numerics);
    for (const EvaluatedModel& model : job.models) add_group_size(identity, model.facts.name, model.ranks);
  });
  together(world_, [&] {
    if (leads) run.results = open(job, with_weights(identity, job), file, again);
  });

  std::optional<StatusFile> status;
  if (leads && !run.results->complete()) status.emplace(file, world_.size());
  const auto progress =
      with_status(make_progress({.title = settings_.title}), status ? &*status : nullptr, settings_.title);
  RunOptions options;
  options.schedule.attempts = settings_.attempts;
  options.unit_deadline = settings_.unit_deadline;
  options.describe = [&](UnitId unit) { return describe_unit(job, unit); };
  options.group = {groups_->places, groups_->own.get(), [&] {
                     if (engine_) engine_->forget();
                   }};
  const WorkFunction answer = logged(
      [&](UnitId id) {
        const EvaluationUnit& unit = job.plan.units.at(static_cast<std::size_t>(id.index()));
        const EvaluatedModel& model = job.model_of(unit);
        return weights_.at(model.facts.folder).during([&] {
          return unit_answers(engine_of(model), job, unit);
        });
      },
      options.describe);
  run.outcome = run_units(world_, job.tasks(), leads ? &*run.results : nullptr, answer, identity.digest(),
                          *progress, options);
  end_run(
      world_, leads ? &*run.results : nullptr, file, [&] { return run.outcome.complete(); }, options.describe,
      [&] { run.results->mark_complete(); }, run.outcome);
  if (status) status->ended(run.outcome, run.results->complete());
  return run;
}

}  // namespace harsanyi
