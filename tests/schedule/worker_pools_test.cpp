#include "orchestrator/schedule/worker_pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<UnitTask> tasks_of(const std::vector<int>& ranks) {
  std::vector<UnitTask> tasks;
  for (const int of_unit : ranks) tasks.push_back({.cost = 2.0, .ranks = of_unit});
  return tasks;
}

std::vector<int> units_of(const Outbox& outbox) {
  std::vector<int> units;
  for (const auto& [worker, unit] : outbox) units.push_back(unit.value);
  return units;
}

TEST(WorkerPools, GiveEachSizeItsUnits) {
  WorkerPools pools{tasks_of({4, 1, 4, 1, 4}), {4, 1}, {.units_in_hand = 1}};
  EXPECT_EQ(units_of(pools.on_worker_ready({0})), std::vector{0});
  EXPECT_EQ(units_of(pools.on_worker_ready({1})), std::vector{1});
  EXPECT_EQ(units_of(pools.on_unit_done({1}, {1})), std::vector{3});
  EXPECT_TRUE(pools.on_unit_done({1}, {3}).empty()) << "the others are for groups of four";
  EXPECT_FALSE(pools.finished());
  EXPECT_EQ(units_of(pools.on_unit_done({0}, {0})), std::vector{2});
  EXPECT_EQ(pools.done(), 3);
  EXPECT_EQ(pools.left(), 2);
  EXPECT_EQ(pools.in_flight(), 1);
  EXPECT_DOUBLE_EQ(pools.cost_done(), 6.0);
  EXPECT_DOUBLE_EQ(pools.cost_left(), 4.0);
}

TEST(WorkerPools, UnitsThatAskForNoSizeAreForAll) {
  WorkerPools pools{std::vector<UnitTask>(2), {4, 1}, {.units_in_hand = 1}};
  EXPECT_EQ(units_of(pools.on_worker_ready({1})), std::vector{0});
  EXPECT_EQ(units_of(pools.on_worker_ready({0})), std::vector{1});
}

TEST(WorkerPools, AreStuckWhereASizeHasLostItsWorkers) {
  WorkerPools pools{tasks_of({4, 1}), {4, 1}, {}};
  EXPECT_EQ(units_of(pools.on_worker_ready({0})), std::vector{0});
  EXPECT_EQ(units_of(pools.on_worker_ready({1})), std::vector{1});
  EXPECT_TRUE(pools.on_worker_lost({0}, "hangs").empty());
  EXPECT_FALSE(pools.stuck()) << "the other size still computes";
  EXPECT_TRUE(pools.on_unit_done({1}, {1}).empty());
  EXPECT_TRUE(pools.stuck());
  EXPECT_EQ(units_of(pools.on_worker_ready({0})), std::vector{0});
  EXPECT_FALSE(pools.stuck());
}

TEST(WorkerPools, NameWhatIsSetAside) {
  WorkerPools pools{tasks_of({4, 1}), {4, 1}, {.attempts = 1}};
  (void)pools.on_worker_ready({0});
  (void)pools.on_unit_failed({0}, {0}, "no memory");
  EXPECT_EQ(pools.set_aside().at(UnitId{0}), "no memory");
  EXPECT_EQ(pools.units_set_aside(), 1);
}

TEST(WorkerPools, RefuseASizeThatNoWorkerHas) {
  EXPECT_THAT(
      [] {
        (void)WorkerPools(tasks_of({1, 4}), {1, 1}, {});
      },
      ThrowsMessage<PlanError>(HasSubstr("4 ranks")));
}

}  // namespace
}  // namespace harsanyi
