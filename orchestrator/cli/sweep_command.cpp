#include <iostream>
#include <optional>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/cli/sweep_rounds.hpp"
#include "orchestrator/job/computed_values.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "orchestrator/report/profile_table.hpp"
#include "orchestrator/run/engine_library.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/game/summary.hpp"
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

std::string describe_unit(const SweepUnit& unit) {
  return fmt::format("unit {} (layers {}-{}, coalitions {}-{}, samples {}-{})", unit.id.value,
                     unit.layers.first, unit.layers.last - 1, unit.coalitions.first, unit.coalitions.last - 1,
                     unit.samples.first, unit.samples.last - 1);
}

// Mean values and dividends of every layer over its samples, and the completion mark (spec gac.md section 5).
void reduce(DividendCube& cube) {
  std::vector<LayerSummary> layers;
  const GameShape& shape = cube.description().plan.shape;
  for (const LayerId layer : LayerRange{0, shape.layers})
    layers.push_back(
        summarise_layer(computed_values(cube, layer), shape.players, Orientation::present, ZeroRule::none));
  cube.complete_with(layers);
}

void say_end(const DividendCube& cube, const RunOutcome& outcome, const std::filesystem::path& file) {
  const std::int64_t not_needed = cube.count_of(UnitState::not_needed);
  if (cube.complete())
    std::cout << fmt::format("cube complete: {} units, {} of them in earlier runs{}: {}\n",
                             outcome.units - not_needed, outcome.done_before,
                             not_needed > 0 ? fmt::format(", {} more not needed", not_needed) : "",
                             file.string());
  else
    std::cout << fmt::format(
        "cube unfinished: {} of {} units done; run the same command again to go on: {}\n",
        outcome.done_before + outcome.done_now, outcome.units, file.string());
}

void say_profile(const DividendCube& cube) {
  if (const auto profile = cube.profile())
    std::cout << '\n' << profile_text(*profile);
  else
    say_note(
        "no profile to show: the cube's units were computed without --profile, or its version has no place "
        "for "
        "one");
}

/// What the units of this sweep follow. Rank 0 looks at the cube: other ranks need not see its disk.
UnitsFor units_for(World& world, const std::filesystem::path& cube, Rank0Computes rank0) {
  UnitsFor units{.worker_groups = worker_groups(rank0, world.size()), .recorded = std::nullopt};
  together(world, [&] {
    if (world.rank() == Rank{0}) units.recorded = recorded_sharding(cube);
  });
  const auto told = [&](int Sharding::*extent) {
    const int recorded = units.recorded ? (*units.recorded).*extent : 0;
    return static_cast<int>(told_by_rank_0(world.communicator(), recorded));
  };
  const Sharding recorded{told(&Sharding::layers), told(&Sharding::coalitions), told(&Sharding::samples)};
  if (recorded.layers > 0) units.recorded = recorded;
  return units;
}

ExitCode sweep_in(World& world, const SweepOptions& options, const Invocation& invocation) {
  const bool leads = world.rank() == Rank{0};
  RunOptions run;
  const UnitsFor units = units_for(world, options.cube, run.rank0);
  std::optional<SweepJob> job;
  together(world, [&] { job = prepare_sweep(options, units); });
  if (options.dry_run) {
    if (leads) std::cout << plan_text(*job);
    return ExitCode::ok;
  }

  if (leads) say_notes(*job);
  std::unique_ptr<Engine> engine;
  std::optional<DividendCube> cube;
  together(world, [&] {
    engine = load_engine_from_library(options.model.folder, engine_options(options.model.compute, world));
    add_numerics(job->identity, engine->numerics());
  });
  together(world, [&] {
    if (!leads) return;
    Identity identity = job->identity;
    identity.set("model.weights_sha256", weights_digest(options.model.folder));
    if (DividendCube::is_finished(options.cube, identity)) {
      cube = DividendCube::open(options.cube);
      return;
    }
    cube = DividendCube::open_or_create(
        options.cube, describe_cube(*job, std::move(identity),
                                    provenance_of(invocation.command_line, invocation.configuration)));
  });

  // `at`: a damaged message may name any unit.
  const auto unit_of = [&](UnitId unit) {
    return job->plan.units.at(static_cast<std::size_t>(unit.index()));
  };
  run.describe = [&](UnitId unit) { return describe_unit(unit_of(unit)); };
  const WorkFunction compute =
      logged([&](UnitId unit) { return unit_values(*engine, *job, unit_of(unit)); }, run.describe);
  run.schedule.attempts = options.attempts;
  if (options.profile) run.stage_clock = [&] { return engine->stage_times(); };
  std::optional<StatusFile> status;
  if (leads && !cube->complete()) status.emplace(options.cube, world.size());
  const RunOutcome outcome = run_rounds(world, *job, leads ? &*cube : nullptr, compute,
                                        job->identity.digest(), run, status ? &*status : nullptr);
  together(world, [&] {
    if (leads && outcome.complete() && !cube->complete()) reduce(*cube);
  });
  if (status) status->ended(outcome, cube->complete());
  if (leads) say_end(*cube, outcome, options.cube);
  if (leads && options.profile) say_profile(*cube);
  return exit_code_of(outcome);
}

}  // namespace

ExitCode run_sweep(const SweepOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.log, "sweep"};
  const InputTrial trial{{options.cube}};
  return in_world([&](World& world) {
    trial.require_passed(world);
    return sweep_in(world, options, invocation);
  });
}

}  // namespace harsanyi
