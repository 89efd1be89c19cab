// Laws of the scheduler under random sequences of events: losses, failures, returns, late answers.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "orchestrator/schedule/scheduler.hpp"

namespace harsanyi {
namespace {

/// Plays the workers of one run and keeps its own, plain account of what must hold.
class Play {
 public:
  explicit Play(unsigned seed, bool hostile) : random_{seed}, hostile_{hostile} {
    const int units = draw(1, 60);
    for (int i = 0; i < units; ++i)
      tasks_.push_back(
          {.cost = static_cast<double>(draw(1, 5)), .affinity = draw(0, 4), .done = draw(0, 4) == 0});
    options_ = {.attempts = draw(1, 4), .units_in_hand = draw(1, 3)};
    workers_ = draw(1, 6);
    scheduler_ = std::make_unique<Scheduler>(tasks_, options_);
  }

  /// Runs to the end; every check is an EXPECT.
  void run() {
    for (int w = 0; w < workers_; ++w) join(WorkerId{w});
    for (int events = 0; !scheduler_->finished(); ++events) {
      ASSERT_LT(events, 20000) << "the run does not come to an end";
      step();
      expect_nobody_idles_needlessly();
    }
    expect_every_unit_accounted_for();
  }

  [[nodiscard]] const Outbox& history() const { return history_; }

 private:
  int draw(int low, int high) { return std::uniform_int_distribution{low, high}(random_); }
  bool chance(int percent) { return draw(1, 100) <= percent; }

  void step() {
    if (hostile_ && chance(5)) return lose_someone();
    if (hostile_ && chance(3)) return bring_someone_back();
    if (hostile_ && chance(5)) return late_answer();
    std::vector<WorkerId> busy;
    for (const auto& [worker, hand] : in_hand_)
      if (!hand.empty()) busy.push_back(worker);
    if (busy.empty()) return join(WorkerId{draw(0, workers_ - 1)});
    const WorkerId worker = busy[static_cast<std::size_t>(draw(0, static_cast<int>(busy.size()) - 1))];
    const UnitId unit = in_hand_[worker].front();
    std::erase(in_hand_[worker], unit);
    if (hostile_ && chance(20)) {
      note_failure(worker, unit);
      take(scheduler_->on_unit_failed(worker, unit, "drawn"));
    } else {
      EXPECT_TRUE(done_.insert(unit).second) << "unit " << unit.value << " done twice";
      take(scheduler_->on_unit_done(worker, unit));
    }
  }

  void join(WorkerId worker) {
    in_hand_.try_emplace(worker);
    take(scheduler_->on_worker_ready(worker));
  }

  void lose_someone() {
    if (in_hand_.empty()) return;
    auto victim = in_hand_.begin();
    std::advance(victim, draw(0, static_cast<int>(in_hand_.size()) - 1));
    const WorkerId worker = victim->first;
    if (!victim->second.empty()) note_failure(worker, victim->second.front());
    in_hand_.erase(victim);
    take(scheduler_->on_worker_lost(worker, "no answer"));
  }

  void bring_someone_back() { join(WorkerId{draw(0, workers_ - 1)}); }

  void late_answer() {
    const WorkerId worker{draw(0, workers_)};
    const UnitId unit{draw(0, static_cast<int>(tasks_.size()))};
    const auto hand = in_hand_.find(worker);
    if (hand != in_hand_.end() && std::count(hand->second.begin(), hand->second.end(), unit) > 0) return;
    EXPECT_TRUE(scheduler_->on_unit_done(worker, unit).empty());
    EXPECT_TRUE(scheduler_->on_unit_failed(worker, unit, "late").empty());
  }

  void note_failure(WorkerId worker, UnitId unit) {
    ++failures_[unit];
    failed_on_[unit].insert(worker);
  }

  void take(const Outbox& outbox) {
    for (const auto& [worker, unit] : outbox) {
      history_.push_back({worker, unit});
      const auto hand = in_hand_.find(worker);
      ASSERT_NE(hand, in_hand_.end()) << "a unit for a worker that is not there";
      EXPECT_FALSE(tasks_.at(static_cast<std::size_t>(unit.value)).done)
          << "unit of an earlier run handed out";
      EXPECT_FALSE(done_.contains(unit));
      EXPECT_LT(failures_[unit], options_.attempts);
      for (const auto& [other, units] : in_hand_)
        EXPECT_EQ(std::count(units.begin(), units.end(), unit), 0) << "a unit in two hands";
      EXPECT_FALSE(failed_on_[unit].contains(worker) && someone_has_not_tried(unit)) << "failed here before";
      hand->second.push_back(unit);
      EXPECT_LE(static_cast<int>(hand->second.size()), options_.units_in_hand);
    }
  }

  [[nodiscard]] bool someone_has_not_tried(UnitId unit) {
    return std::any_of(in_hand_.begin(), in_hand_.end(),
                       [&](const auto& entry) { return !failed_on_[unit].contains(entry.first); });
  }

  [[nodiscard]] std::vector<UnitId> waiting() const {
    std::vector<UnitId> units;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const auto unit = UnitId::from_index(static_cast<std::int64_t>(i));
      const bool held = std::any_of(in_hand_.begin(), in_hand_.end(), [&](const auto& entry) {
        return std::count(entry.second.begin(), entry.second.end(), unit) > 0;
      });
      if (!tasks_[i].done && !done_.contains(unit) && !held && !scheduler_->set_aside().contains(unit))
        units.push_back(unit);
    }
    return units;
  }

  /// A worker with nothing in hand is one that failed on every waiting unit, and for each there is a better
  /// one.
  void expect_nobody_idles_needlessly() {
    const std::vector<UnitId> units = waiting();
    for (const auto& [worker, hand] : in_hand_)
      for (const UnitId unit : units)
        EXPECT_TRUE(!hand.empty() || (failed_on_[unit].contains(worker) && someone_has_not_tried(unit)))
            << "worker " << worker.value << " idles while unit " << unit.value << " waits";
  }

  void expect_every_unit_accounted_for() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const auto unit = UnitId::from_index(static_cast<std::int64_t>(i));
      const bool set_aside = scheduler_->set_aside().contains(unit);
      EXPECT_EQ(tasks_[i].done + done_.contains(unit) + set_aside, 1) << "unit " << i;
      EXPECT_EQ(set_aside, failures_[unit] == options_.attempts) << "unit " << i;
    }
    EXPECT_EQ(scheduler_->left(), 0);
    EXPECT_EQ(scheduler_->cost_left(), 0.0);
  }

  std::mt19937 random_;
  bool hostile_;
  std::vector<UnitTask> tasks_;
  Scheduler::Options options_;
  int workers_ = 0;
  std::unique_ptr<Scheduler> scheduler_;

  std::map<WorkerId, std::vector<UnitId>> in_hand_;
  std::set<UnitId> done_;
  std::map<UnitId, int> failures_;
  std::map<UnitId, std::set<WorkerId>> failed_on_;
  Outbox history_;
};

class EverySeed : public testing::TestWithParam<unsigned> {};

TEST_P(EverySeed, EveryUnitIsDoneExactlyOnce) {
  for (unsigned round = 0; round < 20; ++round) Play{GetParam() * 1000 + round, /*hostile=*/false}.run();
}

TEST_P(EverySeed, EveryUnitIsDoneOnceOrSetAsideThroughLossesAndFailures) {
  for (unsigned round = 0; round < 50; ++round) Play{GetParam() * 1000 + round, /*hostile=*/true}.run();
}

TEST_P(EverySeed, TheSameEventsGiveTheSameAssignments) {
  Play first{GetParam(), /*hostile=*/true};
  Play second{GetParam(), /*hostile=*/true};
  first.run();
  second.run();
  EXPECT_EQ(first.history(), second.history());
  EXPECT_FALSE(first.history().empty());
}

INSTANTIATE_TEST_SUITE_P(Scheduler, EverySeed, testing::Range(1u, 11u));

}  // namespace
}  // namespace harsanyi
