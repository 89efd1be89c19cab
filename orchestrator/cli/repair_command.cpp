#include <algorithm>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/evaluation_runner.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/cli/sweep_runner.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/records/verify.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// What a repair has to do, as rank 0 found it and all ranks know.
struct Finding {
  Verification found;     ///< on rank 0
  bool is_whole = false;  ///< sound and complete: there is nothing to do
  std::int64_t open = 0;  ///< on rank 0: units that no run has computed yet
};

template <class Record>
std::int64_t open_units(const Record& record) {
  const auto states = record.states();
  return std::count(states.begin(), states.end(), UnitState::open);
}

/// Collective: reads the whole file, on rank 0.
template <class Record>
Finding look_at(World& world, const fs::path& file) {
  Finding finding;
  together(world, [&] {
    if (world.rank() != Rank{0}) return;
    const Record record = Record::open(file);
    finding.found = verify(record);
    // All units may be done and the mark of completion not set: a former repair was stopped there.
    finding.is_whole = finding.found.sound() && record.complete();
    finding.open = open_units(record);
    std::cout << fmt::format("{}: {}", file.string(), verification_text(finding.found)) << std::flush;
  });
  finding.is_whole = told_by_rank_0(world, finding.is_whole ? 1 : 0) == 1;
  return finding;
}

/// True if this is the end: nothing is to be done, or only to be shown.
bool ends_here(World& world, const Finding& finding, bool dry_run) {
  const bool leads = world.rank() == Rank{0};
  if (finding.is_whole && leads) std::cout << "nothing to repair\n";
  if (!finding.is_whole && dry_run && leads)
    std::cout << fmt::format("would compute {} units again, and {} that no run has computed yet\n",
                             finding.found.damaged.size(), finding.open);
  return finding.is_whole || dry_run;
}

/// The last word: on rank 0, once the units are computed again.
template <class Record>
void require_sound(const Record& record, std::size_t repaired, const fs::path& file) {
  const Verification after = verify(record);
  if (!after.sound())
    throw StorageError{fmt::format(
        "{}: was repaired, and is damaged again: the disk or the memory is defective; copy the file "
        "to another disk and repair it there. {}",
        file.string(), verification_text(after))};
  std::cout << fmt::format("repaired: {} units computed again; {}", repaired, verification_text(after));
}

ExitCode repair_in(World& world, const SweepOptions& options, const Invocation& invocation) {
  const Finding finding = look_at<DividendCube>(world, options.cube);
  if (ends_here(world, finding, options.dry_run)) return ExitCode::ok;
  SweepRunner sweep{world, options, invocation};
  const SweepRunner::Run run = sweep.run(finding.found.damaged);
  together(world, [&] {
    if (world.rank() == Rank{0} && run.outcome.complete())
      require_sound(*run.cube, finding.found.damaged.size(), options.cube);
  });
  return exit_code_of(run.outcome);
}

ExitCode repair_in(World& world, const EvaluateOptions& options, const Invocation& invocation) {
  const Finding finding = look_at<ResultsFile>(world, options.results);
  if (ends_here(world, finding, options.dry_run)) return ExitCode::ok;
  std::optional<EvaluationJob> job;
  together(world, [&] { job = prepare_evaluation(options, methods_of(options)); });
  if (world.rank() == Rank{0}) say_notes(*job);
  EvaluationRunner runner{world,
                          invocation,
                          {.compute = options.compute,
                           .attempts = options.attempts,
                           .verify = options.verify,
                           .unit_deadline = options.limits.unit_deadline,
                           .title = "repair"}};
  const EvaluationRunner::Run run = runner.run(*job, options.results, finding.found.damaged);
  together(world, [&] {
    if (world.rank() == Rank{0} && run.outcome.complete())
      require_sound(*run.results, finding.found.damaged.size(), options.results);
  });
  return exit_code_of(run.outcome);
}

}  // namespace

ExitCode run_repair(const RepairOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.sweep.log, "repair"};
  const InputTrial trial{{options.sweep.cube}};
  return in_world(options.sweep.limits, [&](World& world) {
    trial.require_passed(world);
    return repair_in(world, options.sweep, invocation);
  });
}

ExitCode run_repair_results(const RepairResultsOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.evaluation.log, "repair results"};
  std::vector<std::filesystem::path> files = options.evaluation.groups;
  files.push_back(options.evaluation.results);
  const InputTrial trial{files};
  return in_world(options.evaluation.limits, [&](World& world) {
    trial.require_passed(world);
    return repair_in(world, options.evaluation, invocation);
  });
}

}  // namespace harsanyi
