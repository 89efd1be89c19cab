#include "orchestrator/cli/sweep_rounds.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/job/layer_decisions.hpp"
#include "orchestrator/run/together.hpp"

namespace harsanyi {
namespace {

constexpr int kNoStep = -1;

/// Rank 0's side: what is computed next.
class Rounds {
 public:
  Rounds(const SweepJob& job, DividendCube& cube) : job_{job}, cube_{cube}, decisions_{job} {}

  /// The number of the next step with units to compute, after the looks before it; kNoStep at the end. What
  /// a step could not compute is not tried again.
  [[nodiscard]] int next() {
    while (decisions_.any_open()) {
      if (!computed_) {
        computed_ = true;
        if (any_to_compute()) return step_++;
      }
      if (job_.rounds.count() == 1) break;  // all samples at once: there is nothing to decide
      look();
      computed_ = false;
    }
    return kNoStep;
  }

  [[nodiscard]] std::vector<UnitTask> tasks() const {
    const std::vector<bool> wanted = decisions_.wanted();
    std::vector<UnitTask> tasks = job_.tasks();
    for (std::size_t unit = 0; unit < tasks.size(); ++unit)
      tasks[unit].wanted = tasks[unit].wanted && wanted[unit];
    return tasks;
  }

 private:
  void look() {
    decisions_.look([&](LayerId layer) { return cube_.layer_values(layer); });
    cube_.mark_not_needed(decisions_.not_needed());
  }

  [[nodiscard]] bool any_to_compute() const {
    const std::vector<bool> wanted = decisions_.wanted();
    const std::vector<bool> done = cube_.done();
    for (std::size_t unit = 0; unit < wanted.size(); ++unit)
      if (wanted[unit] && job_.in_part[unit] && !done[unit]) return true;
    return false;
  }

  const SweepJob& job_;
  DividendCube& cube_;
  LayerDecisions decisions_;
  bool computed_ = false;  ///< what is wanted, as far as it could be
  int step_ = 0;
};

std::string title_of(const SweepJob& job, int step) {
  if (job.rounds.count() == 1) return "sweep";
  return fmt::format("sweep, step {}", step + 1);
}

std::int64_t open_in_part(const SweepJob& job, const DividendCube& cube) {
  const std::vector<UnitState> states = cube.states();
  std::int64_t open = 0;
  for (std::size_t unit = 0; unit < states.size(); ++unit)
    open += job.in_part[unit] && states[unit] == UnitState::open ? 1 : 0;
  return open;
}

void add(RunOutcome& total, const RunOutcome& step) {
  total.done_now += step.done_now;
  total.set_aside.insert(step.set_aside.begin(), step.set_aside.end());
  total.interrupted_by = step.interrupted_by;
  total.seconds += step.seconds;
  total.retried += step.retried;
}

}  // namespace

RunOutcome run_rounds(World& world, const SweepJob& job, DividendCube* cube, const WorkFunction& compute,
                      const std::string& digest, const RunOptions& options, StatusFile* status) {
  const bool leads = world.rank() == Rank{0};
  const auto told = [&](std::int64_t on_rank_0) { return told_by_rank_0(world, on_rank_0); };
  std::optional<Rounds> rounds;
  RunOutcome total{.units = static_cast<int>(job.plan.units.size())};
  if (leads) total.done_before = static_cast<int>(cube->count_of(UnitState::done));
  total.done_before = static_cast<int>(told(total.done_before));
  bool given_up = false;  // all workers were lost
  while (!total.interrupted_by && !given_up) {
    int next = kNoStep;
    together(world, [&] {
      if (!leads) return;
      if (!rounds) rounds.emplace(job, *cube);
      next = rounds->next();
    });
    const int step = static_cast<int>(told(next));
    if (step == kNoStep) break;
    const std::string title = title_of(job, step);
    const auto progress = with_status(make_progress({.title = title}), status, title);
    const RunOutcome outcome =
        run_units(world, leads ? rounds->tasks() : job.tasks(), cube, compute, digest, *progress, options);
    together(world, [&] {
      if (leads && options.stage_clock) cube->add_to_profile(outcome.parts());
    });
    add(total, outcome);
    given_up = outcome.left > 0;
  }
  const std::int64_t open = told(leads ? open_in_part(job, *cube) : 0);
  total.left = static_cast<int>(open) - static_cast<int>(total.set_aside.size());
  return total;
}

}  // namespace harsanyi
