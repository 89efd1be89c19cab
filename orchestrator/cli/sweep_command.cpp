#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/cli/sweep_runner.hpp"
#include "orchestrator/report/profile_table.hpp"

namespace harsanyi {
namespace {

void say_end(const SweepRunner::Run& run, const std::filesystem::path& file) {
  const DividendCube& cube = *run.cube;
  const RunOutcome& outcome = run.outcome;
  const std::int64_t not_needed = cube.count_of(UnitState::not_needed);
  if (cube.complete())
    std::cout << fmt::format("cube complete: {} units, {} of them in earlier runs{}: {}\n",
                             outcome.units - not_needed, outcome.done_before,
                             not_needed > 0 ? fmt::format(", {} more not needed", not_needed) : "",
                             file.string());
  else if (outcome.complete())
    std::cout << fmt::format(
        "part complete: {} of the cube's {} units; join it with the others by `harsanyi merge`: {}\n",
        cube.count_of(UnitState::done), outcome.units - not_needed, file.string());
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
        "for one");
}

ExitCode sweep_in(World& world, const SweepOptions& options, const Invocation& invocation) {
  const bool leads = world.rank() == Rank{0};
  SweepRunner sweep{world, options, invocation};
  if (options.dry_run) {
    if (leads) std::cout << plan_text(sweep.job());
    return ExitCode::ok;
  }
  const SweepRunner::Run run = sweep.run();
  if (leads) say_end(run, options.cube);
  if (leads && options.profile) say_profile(*run.cube);
  return exit_code_of(run.outcome);
}

}  // namespace

ExitCode run_sweep(const SweepOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.log, "sweep"};
  const InputTrial trial{{options.cube}};
  return in_world(options.limits, [&](World& world) {
    trial.require_passed(world);
    return sweep_in(world, options, invocation);
  });
}

}  // namespace harsanyi
