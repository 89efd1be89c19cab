#include "orchestrator/cli/sweep_runner.hpp"

#include "orchestrator/cli/damaged_units.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/cli/sweep_rounds.hpp"
#include "orchestrator/job/layer_means.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/records/unit_text.hpp"
#include "orchestrator/run/status_file.hpp"
#include "orchestrator/run/together.hpp"
#include "worker/model/checkpoint.hpp"

namespace harsanyi {
namespace {

CubeDescription describe_cube(const SweepJob& job, Identity identity, Provenance provenance) {
  return {.plan = job.plan,
          .layout = job.model.config.layout(),
          .mask = job.rules.mask,
          .epsilon = job.rules.epsilon,
          .value = job.rules.value,
          .stopping = job.stopping,
          .samples = job.samples,
          .unit_flops = useful_flops(job.plan, job.costs),
          .identity = std::move(identity),
          .provenance = std::move(provenance)};
}

/// What the units of this sweep follow. Rank 0 looks at the cube: other ranks need not see its disk.
UnitsFor units_for(World& world, const SweepOptions& options) {
  UnitsFor units{
      .worker_groups = worker_groups(RunOptions{}.rank0, world.size(), options.model.compute.tensor_parallel),
      .recorded = std::nullopt};
  together(world, [&] {
    if (world.rank() == Rank{0}) units.recorded = recorded_sharding(options.cube);
  });
  const auto told = [&](int Sharding::*extent) {
    const int recorded = units.recorded ? (*units.recorded).*extent : 0;
    return static_cast<int>(told_by_rank_0(world, recorded));
  };
  const Sharding recorded{told(&Sharding::layers), told(&Sharding::coalitions), told(&Sharding::samples)};
  if (recorded.layers > 0) units.recorded = recorded;
  return units;
}

}  // namespace

SweepRunner::SweepRunner(World& world, const SweepOptions& options, const Invocation& invocation)
    : world_{world}, options_{options}, invocation_{invocation} {
  const ComputeOptions& compute = options.model.compute;
  groups_ = form_groups(world, {{.ranks = compute.tensor_parallel}}, compute.group_on_node);
  const UnitsFor units = units_for(world, options);
  together(world, [&] {
    job_ = prepare_sweep(options, units);
    require_divisible(job_->model, compute.tensor_parallel);
  });
}

void SweepRunner::load() {
  together(world_, [&] {
    weights_ = UnchangedFiles{weight_files(options_.model.folder)};
    if (leads())
      weights_digest_ = while_others_wait(
          world_, [&] { return digest_of_weights(options_.model.folder, options_.model.verify); });
  });
  together(world_, [&] {
    in_group(groups_.own.get(), [&] {
      engine_ =
          load_model(job_->model, engine_options(options_.model.compute, world_, groups_.own.get()), world_);
    });
    add_numerics(job_->identity, engine_->numerics());
    add_group_size(job_->identity, "numerics", groups_.size());
  });
}

DividendCube SweepRunner::open(const std::optional<std::vector<UnitId>>& again) const {
  Identity identity = job_->identity;
  identity.set("model.weights_sha256", weights_digest_);
  if (!again && DividendCube::is_finished(options_.cube, identity)) return DividendCube::open(options_.cube);
  DividendCube cube = DividendCube::open_or_create(
      options_.cube, describe_cube(*job_, std::move(identity),
                                   provenance_of(invocation_.command_line, invocation_.configuration)));
  if (again)
    cube.forget(*again);
  else
    static_cast<void>(
        open_damaged_units(cube, options_.cube, [this](UnitId unit) { return unit_text(unit_of(unit)); }));
  return cube;
}

SweepRunner::Run SweepRunner::run(const std::optional<std::vector<UnitId>>& again) {
  if (leads()) say_notes(*job_, options_);
  load();
  Run run;
  together(world_, [&] {
    if (leads()) run.cube = open(again);
  });

  RunOptions settings;
  settings.schedule.attempts = options_.attempts;
  settings.unit_deadline = options_.limits.unit_deadline;
  settings.describe = [&](UnitId unit) { return unit_text(unit_of(unit)); };
  const WorkFunction compute = logged(
      [&](UnitId unit) {
        return weights_.during([&] { return unit_values(*engine_, *job_, unit_of(unit)); });
      },
      settings.describe);
  settings.save_memory = [&] { return engine_->save_memory(); };
  settings.group = {groups_.places, groups_.own.get(), [&] { engine_->forget(); }};
  if (options_.profile) settings.stage_clock = [&] { return engine_->stage_times(); };
  std::optional<StatusFile> status;
  if (leads() && !run.cube->complete()) status.emplace(options_.cube, world_.size());
  run.outcome = run_rounds(world_, *job_, leads() ? &*run.cube : nullptr, compute, job_->identity.digest(),
                           settings, status ? &*status : nullptr);
  end_run(
      world_, leads() ? &*run.cube : nullptr, options_.cube,
      [&] { return run.cube->count_of(UnitState::open) == 0; }, settings.describe,
      [&] { run.cube->complete_with(layer_means(*run.cube)); }, run.outcome);
  if (status) status->ended(run.outcome, run.cube->complete());
  return run;
}

}  // namespace harsanyi
