#include "orchestrator/schedule/scheduler.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "orchestrator/schedule/unit_deadline.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {

void PrintTo(const Assignment& a, std::ostream* out) {
  *out << "worker " << a.worker.value << " <- unit " << a.unit.value;
}

namespace {

constexpr Scheduler::Options kOneInHand{.attempts = 3, .units_in_hand = 1};
constexpr WorkerId kA{0};
constexpr WorkerId kB{1};
constexpr WorkerId kC{2};

std::vector<UnitTask> tasks(std::initializer_list<double> costs) {
  std::vector<UnitTask> result;
  for (const double cost : costs) result.push_back({.cost = cost});
  return result;
}

Outbox gives(WorkerId worker, std::initializer_list<int> units) {
  Outbox outbox;
  for (const int unit : units) outbox.push_back({worker, UnitId{unit}});
  return outbox;
}

TEST(Scheduler, HandsOutTheLongestFirst) {
  Scheduler scheduler{tasks({1.0, 3.0, 2.0}), kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {1}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{1}), gives(kA, {2}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{2}), gives(kA, {0}));
  EXPECT_FALSE(scheduler.finished());
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{0}), Outbox{});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.cost_done(), 6.0);
  EXPECT_EQ(scheduler.cost_left(), 0.0);
}

TEST(Scheduler, LeavesUnitsOfALaterRoundAlone) {
  std::vector<UnitTask> some = tasks({1.0, 3.0, 2.0});
  some[1].wanted = false;
  Scheduler scheduler{some, kOneInHand};
  EXPECT_EQ(scheduler.left(), 2);
  EXPECT_EQ(scheduler.cost_left(), 3.0);
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {2}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{2}), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{0}), Outbox{});
  EXPECT_TRUE(scheduler.finished());
}

TEST(Scheduler, KeepsASecondUnitWaitingOnlyWhileUnitsArePlentiful) {
  Scheduler scheduler{tasks({1, 1, 1, 1}), {.attempts = 3, .units_in_hand = 2}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0, 1}));
  // Two left for two workers: one each.
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {2}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{0}), Outbox{});
  EXPECT_EQ(scheduler.on_unit_done(kB, UnitId{2}), gives(kB, {3}));
}

TEST(Scheduler, AWorkerKeepsItsAffinity) {
  Scheduler scheduler{{{.cost = 1, .affinity = 10},
                       {.cost = 9, .affinity = 20},
                       {.cost = 2, .affinity = 10},
                       {.cost = 1, .affinity = 20}},
                      kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {1}));  // affinity 20 has most cost
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {2}));  // 10: nobody works on it
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{1}), gives(kA, {3}));
  EXPECT_EQ(scheduler.on_unit_done(kB, UnitId{2}), gives(kB, {0}));
}

TEST(Scheduler, AWorkerWithoutAGroupHelpsWhereMostIsLeftPerWorker) {
  std::vector<UnitTask> work(7, {.cost = 1, .affinity = 1});
  work.resize(9, {.cost = 1, .affinity = 2});
  Scheduler scheduler{work, kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {7}));
  EXPECT_EQ(scheduler.on_worker_ready(kC), gives(kC, {1}));  // 6 left against 1
}

TEST(Scheduler, NeverHandsOutAUnitOfAnEarlierRun) {
  Scheduler scheduler{{{.done = true}, {.done = false}, {.done = true}}, kOneInHand};
  EXPECT_EQ(scheduler.done(), 2);
  EXPECT_EQ(scheduler.left(), 1);
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {1}));
  EXPECT_EQ(scheduler.on_worker_ready(kB), Outbox{});
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{1}), Outbox{});
  EXPECT_EQ(scheduler.done(), 3);
  EXPECT_EQ(scheduler.cost_done(), 1.0);
}

TEST(Scheduler, IsFinishedAtOnceWithNothingToDo) {
  EXPECT_TRUE((Scheduler{{}, {}}.finished()));
  EXPECT_TRUE((Scheduler{{{.done = true}}, {}}.finished()));
}

TEST(Scheduler, GivesTheUnitOfALostWorkerToTheNextOne) {
  Scheduler scheduler{tasks({1.0}), {}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), Outbox{});
  EXPECT_EQ(scheduler.left(), 1);
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {0}));
}

TEST(Scheduler, WakesAnIdleWorkerForTheUnitsOfALostOne) {
  Scheduler scheduler{tasks({1.0}), {}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_ready(kB), Outbox{});
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), gives(kB, {0}));
}

TEST(Scheduler, ALostWorkersWaitingUnitIsNotBlamed) {
  Scheduler scheduler{tasks({3, 2, 1}), {.attempts = 1, .units_in_hand = 2}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0, 1}));
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), Outbox{});
  ASSERT_EQ(scheduler.set_aside().size(), 1u);
  EXPECT_EQ(scheduler.set_aside().begin()->first, UnitId{0});
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {1}));
}

TEST(Scheduler, AWorkerThatLeavesInGoodOrderLeavesNoBlame) {
  Scheduler scheduler{tasks({1.0}), {.attempts = 1, .units_in_hand = 1}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_left(kA), Outbox{});
  EXPECT_TRUE(scheduler.set_aside().empty());
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {0}));
}

TEST(Scheduler, AFailedUnitGoesToAnotherWorkerFirst) {
  Scheduler scheduler{tasks({2.0, 1.0}), kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {1}));
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "out of memory"), Outbox{});  // B has not tried it
  EXPECT_EQ(scheduler.on_unit_done(kB, UnitId{1}), gives(kB, {0}));
  // Both have tried it: the one that idles may try again.
  EXPECT_EQ(scheduler.on_unit_failed(kB, UnitId{0}, "out of memory"), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "still out of memory"), Outbox{});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.set_aside().at(UnitId{0}), "still out of memory");
  EXPECT_EQ(scheduler.left(), 0);
  EXPECT_EQ(scheduler.done(), 1);
}

TEST(Scheduler, ALoneWorkerTriesAgainUntilTheAttemptsAreUsedUp) {
  Scheduler scheduler{tasks({1.0}), kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "1"), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "2"), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "3"), Outbox{});
  EXPECT_EQ(scheduler.set_aside().size(), 1u);
}

TEST(Scheduler, TheLossOfTheUntriedWorkerFreesAFailedUnitForTheOneItFailedOn) {
  Scheduler scheduler{tasks({2.0, 1.0}), kOneInHand};
  (void)scheduler.on_worker_ready(kA);
  (void)scheduler.on_worker_ready(kB);
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "no"), Outbox{});
  // B's own unit comes back untried by A, and goes first.
  EXPECT_EQ(scheduler.on_worker_lost(kB, "no answer"), gives(kA, {1}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{1}), gives(kA, {0}));
}

TEST(Scheduler, HandsOutNothingAfterAStop) {
  Scheduler scheduler{tasks({3, 2, 1}), kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  scheduler.stop_handing_out();
  EXPECT_FALSE(scheduler.finished());
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{0}), Outbox{});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.left(), 2);
}

TEST(Scheduler, IgnoresAnswersThatNoLongerCount) {
  Scheduler scheduler{tasks({1.0, 1.0}), kOneInHand};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), Outbox{});
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {0}));
  EXPECT_FALSE(scheduler.holds(kA, UnitId{0}));
  EXPECT_TRUE(scheduler.holds(kB, UnitId{0}));
  EXPECT_EQ(scheduler.on_unit_done(kA, UnitId{0}), Outbox{});
  EXPECT_EQ(scheduler.on_unit_failed(kA, UnitId{0}, "late"), Outbox{});
  EXPECT_EQ(scheduler.on_unit_done(kB, UnitId{77}), Outbox{});
  EXPECT_EQ(scheduler.on_unit_done(WorkerId{-3}, UnitId{0}), Outbox{});
  EXPECT_EQ(scheduler.on_worker_lost(kC, "no answer"), Outbox{});
  EXPECT_EQ(scheduler.done(), 0);
  EXPECT_EQ(scheduler.in_flight(), 1);
}

TEST(Scheduler, ALateAnswerIsWelcomeWhileNobodyElseHasTheUnit) {
  Scheduler scheduler{tasks({3, 2, 1}), {.attempts = 3, .units_in_hand = 2}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0, 1}));
  EXPECT_EQ(scheduler.running(kA), UnitId{0});
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), Outbox{});
  EXPECT_EQ(scheduler.running(kA), std::nullopt);
  EXPECT_TRUE(scheduler.on_late_done(UnitId{0}));   // failed on A
  EXPECT_TRUE(scheduler.on_late_done(UnitId{1}));   // came back untried
  EXPECT_FALSE(scheduler.on_late_done(UnitId{1}));  // done
  EXPECT_FALSE(scheduler.on_late_done(UnitId{2}));  // never handed out
  EXPECT_EQ(scheduler.done(), 2);
  EXPECT_EQ(scheduler.left(), 1);
  EXPECT_EQ(scheduler.cost_left(), 1.0);
  EXPECT_EQ(scheduler.cost_done(), 5.0);
  EXPECT_EQ(scheduler.on_worker_ready(kB), gives(kB, {2}));
  EXPECT_FALSE(scheduler.on_late_done(UnitId{2}));  // another has it
  EXPECT_EQ(scheduler.on_unit_done(kB, UnitId{2}), Outbox{});
  EXPECT_TRUE(scheduler.finished());
}

TEST(Scheduler, ALateAnswerTakesAUnitBackThatWasSetAside) {
  Scheduler scheduler{tasks({2, 1}), {.attempts = 1, .units_in_hand = 1}};
  EXPECT_EQ(scheduler.on_worker_ready(kA), gives(kA, {0}));
  EXPECT_EQ(scheduler.on_worker_lost(kA, "no answer"), Outbox{});
  EXPECT_EQ(scheduler.set_aside().at(UnitId{0}), "no answer");
  EXPECT_TRUE(scheduler.on_late_done(UnitId{0}));
  EXPECT_TRUE(scheduler.set_aside().empty());
  EXPECT_EQ(scheduler.done(), 1);
  EXPECT_EQ(scheduler.cost_left(), 1.0);
}

TEST(UnitDeadline, IsGenerousAndGrowsWithEachMiss) {
  UnitDeadline deadline{0.0};
  EXPECT_EQ(deadline.seconds(5.0, 0), UnitDeadline::kSecondsBeforeAny);
  deadline.on_done(10.0, 2.0);
  EXPECT_EQ(deadline.seconds(10.0, 0), UnitDeadline::kLeastSeconds);
  deadline.on_done(5.0, 30.0);
  EXPECT_EQ(deadline.seconds(1.0, 0), 300.0);
  EXPECT_EQ(deadline.seconds(40.0, 0), 1200.0);  // costs four times the largest so far
  EXPECT_EQ(deadline.seconds(1.0, 3), 2400.0);
}

TEST(UnitDeadline, MayBeGiven) {
  UnitDeadline deadline{7.0};
  EXPECT_EQ(deadline.seconds(1e9, 0), 7.0);
  deadline.on_done(1.0, 100.0);
  EXPECT_EQ(deadline.seconds(1e9, 1), 14.0);
}

TEST(Scheduler, RefusesCostsThatCannotBeOrdered) {
  EXPECT_THROW((Scheduler{tasks({std::numeric_limits<double>::quiet_NaN()}), {}}), PlanError);
  EXPECT_THROW((Scheduler{tasks({0.0}), {}}), PlanError);
  EXPECT_THROW((Scheduler{tasks({1.0}), {.attempts = 0, .units_in_hand = 1}}), PlanError);
  EXPECT_THROW((Scheduler{tasks({1.0}), {.attempts = 1, .units_in_hand = 0}}), PlanError);
}

}  // namespace
}  // namespace harsanyi
