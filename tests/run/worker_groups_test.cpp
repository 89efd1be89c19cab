// Runs whose workers are groups of ranks. Threads play the ranks: two groups of two.
#include "orchestrator/run/worker_groups.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <new>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "tests/run/borrowed_world.hpp"
#include "tests/run/memory_record.hpp"

namespace harsanyi {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr int kUnits = 12;
constexpr int kRanks = 4;
constexpr int kGroupSize = 2;

/// This rank of a run.
struct Here {
  int rank;  ///< of the job
  LinkedGroup& group;
};

class WorkerGroupsRun : public testing::Test {
 protected:
  using Compute = std::function<std::vector<double>(const Here&, UnitId)>;

  struct Job {
    Compute compute;
    std::chrono::milliseconds group_limit = 60s;
    int attempts = 3;
    std::function<std::string(int rank)> digest = [](int) { return "digest"; };
    std::function<void(int rank)> after = [](int) {};
  };

  /// Runs the job on all ranks. @return  the outcome of rank 0
  RunOutcome run(const Job& job) {
    const auto ranks = make_in_process_world(kRanks);
    std::vector<std::vector<std::unique_ptr<GroupLink>>> links;
    for (int g = 0; g < kRanks / kGroupSize; ++g) links.push_back(make_in_process_group(kGroupSize));
    RunOutcome outcome;
    {
      std::vector<std::jthread> threads;
      for (int r = 0; r < kRanks; ++r)
        threads.emplace_back([&, r] {
          LinkedGroup group{
              std::move(
                  links[static_cast<std::size_t>(r / kGroupSize)][static_cast<std::size_t>(r % kGroupSize)]),
              job.group_limit};
          BorrowedWorld world{*ranks[static_cast<std::size_t>(r)]};
          const RunOutcome here = run_rank(world, group, job);
          if (r == 0) outcome = here;
          job.after(r);
        });
    }
    return outcome;
  }

  /// What a group computes: each rank has a half of it.
  static std::vector<double> half_of(const Here& here, UnitId unit) {
    std::vector<float> values{static_cast<float>(unit.value) / 2.0F, 0.25F};
    here.group.sum(values);
    return {values.begin(), values.end()};
  }

  void expect_all_stored() const {
    EXPECT_EQ(record_.values.size(), static_cast<std::size_t>(kUnits));
    for (const auto& [unit, values] : record_.values)
      EXPECT_EQ(values, (std::vector<double>{static_cast<double>(unit.value), 0.5}));
  }

  MemoryRecord record_{kUnits};
  std::atomic<int> forgotten_ = 0;
  std::atomic<int> saved_ = 0;
  std::vector<std::string> errors_ = std::vector<std::string>(kRanks);

 private:
  RunOutcome run_rank(BorrowedWorld& world, LinkedGroup& group, const Job& job) {
    const int rank = world.rank().value;
    RunOptions options;
    options.schedule.attempts = job.attempts;
    options.stop_requested = [] { return std::nullopt; };
    options.group = {{{0, 2}, {2, 2}}, &group, [this] { ++forgotten_; }};
    options.save_memory = [this] { return ++saved_, true; };
    const Here here{rank, group};
    const auto progress = make_silent_progress();
    try {
      return run_units(
          world, std::vector<UnitTask>(kUnits), rank == 0 ? &record_ : nullptr,
          [&](UnitId unit) { return job.compute(here, unit); }, job.digest(rank), *progress, options);
    } catch (const Error& error) {
      errors_[static_cast<std::size_t>(rank)] = error.what();
      return {};
    }
  }
};

TEST_F(WorkerGroupsRun, EveryUnitIsComputedByTheRanksOfOneGroup) {
  std::mutex mutex;
  std::map<UnitId, std::set<int>> ranks_of;
  const RunOutcome outcome = run({.compute = [&](const Here& here, UnitId unit) {
    {
      const std::lock_guard lock{mutex};
      ranks_of[unit].insert(here.rank);
    }
    return half_of(here, unit);
  }});
  EXPECT_TRUE(outcome.complete());
  expect_all_stored();
  for (const auto& [unit, ranks] : ranks_of)
    EXPECT_TRUE(ranks == (std::set{0, 1}) || ranks == (std::set{2, 3})) << "unit " << unit.value;
  ASSERT_EQ(outcome.workers.size(), 2u);
  EXPECT_EQ(outcome.workers[0].name, "ranks 2 to 3");
  EXPECT_EQ(outcome.workers[1].name, "ranks 0 to 1 (beside the scheduler)");
  EXPECT_EQ(outcome.workers[0].units + outcome.workers[1].units, kUnits);
}

TEST_F(WorkerGroupsRun, WhatFailsIsTriedAgainAndTheGroupGoesOn) {
  std::array<std::atomic<int>, kRanks> computed{};
  const RunOutcome outcome = run({.compute =
                                      [&](const Here& here, UnitId unit) {
                                        const int before = computed[static_cast<std::size_t>(here.rank)]++;
                                        // First on all ranks at once, then on one of a group.
                                        if (before == 0 || (before == 1 && here.rank % 2 == 1))
                                          throw std::runtime_error{"a weight is no number"};
                                        return half_of(here, unit);
                                      },
                                  .attempts = 5});
  EXPECT_TRUE(outcome.complete());
  EXPECT_GE(outcome.retried, 1);
  EXPECT_GE(forgotten_, 4);
  EXPECT_EQ(outcome.workers[0].times_lost + outcome.workers[1].times_lost, 0);
  expect_all_stored();
}

TEST_F(WorkerGroupsRun, AUnitThatAlwaysFailsNamesTheRank) {
  const RunOutcome outcome = run({.compute =
                                      [&](const Here& here, UnitId unit) {
                                        if (unit.value == 5 && here.rank % 2 == 1)
                                          throw std::runtime_error{"a weight is no number"};
                                        return half_of(here, unit);
                                      },
                                  .attempts = 2});
  ASSERT_EQ(outcome.set_aside.size(), 1u);
  EXPECT_THAT(outcome.set_aside.at(UnitId{5}),
              HasSubstr("rank 1 of the worker group: a weight is no number"));
  EXPECT_EQ(outcome.done_now, kUnits - 1);
}

TEST_F(WorkerGroupsRun, MemoryThatDoesNotSufficeOnOneRankMakesAllSaveIt) {
  std::atomic<bool> failed = false;
  const RunOutcome outcome = run({.compute = [&](const Here& here, UnitId unit) {
    if (here.rank == 3 && !failed.exchange(true)) throw std::bad_alloc{};
    return half_of(here, unit);
  }});
  EXPECT_TRUE(outcome.complete());
  EXPECT_EQ(saved_, kGroupSize);
  EXPECT_EQ(outcome.retried, 1);
  expect_all_stored();
}

TEST_F(WorkerGroupsRun, DifferentValuesAreNotStored) {
  const RunOutcome outcome = run({.compute =
                                      [&](const Here& here, UnitId unit) {
                                        auto values = half_of(here, unit);
                                        if (unit.value == 7 && here.rank % 2 == 1) values[0] += 1.0;
                                        return values;
                                      },
                                  .attempts = 1});
  ASSERT_EQ(outcome.set_aside.size(), 1u);
  EXPECT_THAT(outcome.set_aside.at(UnitId{7}), HasSubstr("different values of unit 7"));
}

TEST_F(WorkerGroupsRun, AGroupThatLosesARankIsLeftOutAndTheOthersGoOn) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  const RunOutcome outcome = run({.compute =
                                      [&](const Here& here, UnitId unit) {
                                        if (here.rank == 3) ended.wait();  // hangs
                                        return half_of(here, unit);
                                      },
                                  .group_limit = 300ms,
                                  .after =
                                      [&](int rank) {
                                        if (rank == 0) end.set_value();
                                      }});
  EXPECT_TRUE(outcome.complete());
  EXPECT_EQ(outcome.workers[0].units, 0);
  EXPECT_EQ(outcome.workers[1].units, kUnits);
  expect_all_stored();
}

TEST_F(WorkerGroupsRun, WithoutAWholeGroupTheRestIsLeft) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  const RunOutcome outcome = run({.compute =
                                      [&](const Here& here, UnitId unit) {
                                        if (here.rank % 2 == 1 && unit.value > 1) ended.wait();
                                        return half_of(here, unit);
                                      },
                                  .group_limit = 300ms,
                                  .after =
                                      [&](int rank) {
                                        if (rank == 0) end.set_value();
                                      }});
  EXPECT_FALSE(outcome.complete());
  EXPECT_EQ(outcome.left + static_cast<int>(outcome.set_aside.size()), kUnits - outcome.done_now);
}

TEST_F(WorkerGroupsRun, RanksOfAnotherExperimentAreRefused) {
  (void)run({.compute = half_of, .digest = [](int rank) { return rank == 3 ? "other" : "digest"; }});
  for (const std::string& error : errors_)
    EXPECT_THAT(error, HasSubstr("would compute different experiments"));
}

/// One group of two and two ranks by themselves; units 0 to 5 are for the group, the others for single ranks.
class MixedGroups : public testing::Test {
 protected:
  RunOutcome run(const std::function<void(int rank, UnitId)>& on_unit) {
    const auto ranks = make_in_process_world(kRanks);
    auto links = make_in_process_group(2);
    RunOutcome outcome;
    {
      std::vector<std::jthread> threads;
      for (int r = 0; r < kRanks; ++r)
        threads.emplace_back([&, r] {
          BorrowedWorld world{*ranks[static_cast<std::size_t>(r)]};
          std::optional<LinkedGroup> group;
          if (r < 2) group.emplace(std::move(links[static_cast<std::size_t>(r)]), 60s);
          RunOptions options;
          options.schedule.attempts = 2;
          options.stop_requested = [] { return std::nullopt; };
          options.group = {{{0, 2}, {2, 1}, {3, 1}}, group ? &*group : nullptr, {}};
          const auto compute = [&](UnitId unit) {
            on_unit(r, unit);
            return std::vector<double>{1.0 * unit.value};
          };
          const auto progress = make_silent_progress();
          const RunOutcome here =
              run_units(world, tasks(), r == 0 ? &record_ : nullptr, compute, "digest", *progress, options);
          if (r == 0) outcome = here;
        });
    }
    return outcome;
  }

  static std::vector<UnitTask> tasks() {
    std::vector<UnitTask> tasks(kUnits);
    for (int unit = 0; unit < kUnits; ++unit) tasks[static_cast<std::size_t>(unit)].ranks = unit < 6 ? 2 : 1;
    return tasks;
  }

  MemoryRecord record_{kUnits};
};

TEST_F(MixedGroups, EachComputesTheUnitsOfItsSize) {
  std::mutex mutex;
  std::map<UnitId, std::set<int>> ranks_of;
  const RunOutcome outcome = run([&](int rank, UnitId unit) {
    const std::lock_guard lock{mutex};
    ranks_of[unit].insert(rank);
  });
  EXPECT_TRUE(outcome.complete());
  EXPECT_EQ(outcome.workers.back().name, "ranks 0 to 1 (beside the scheduler)");
  for (const auto& [unit, ranks] : ranks_of) {
    const bool by_group = ranks == std::set{0, 1};
    const bool by_one = ranks == std::set{2} || ranks == std::set{3};
    EXPECT_TRUE(unit.value < 6 ? by_group : by_one) << "unit " << unit.value;
  }
}

TEST_F(MixedGroups, WhatFailsInOneSizeIsNotTriedInAnother) {
  const RunOutcome outcome = run([](int, UnitId unit) {
    if (unit.value == 2 || unit.value == 8) throw std::runtime_error{"a weight is no number"};
  });
  EXPECT_EQ(outcome.set_aside.size(), 2u);
  EXPECT_EQ(outcome.done_now, kUnits - 2);
  EXPECT_THAT(outcome.set_aside.at(UnitId{2}), HasSubstr("ranks 0 to 1"));
}

TEST(InGroup, WhatFailsOnOneRankIsLeftByAll) {
  auto links = make_in_process_group(3);
  std::vector<std::jthread> threads;
  for (int r = 0; r < 3; ++r)
    threads.emplace_back([&links, r] {
      LinkedGroup group{std::move(links[static_cast<std::size_t>(r)]), 60s};
      const auto load = [&](int failing) {
        in_group(&group, [&] {
          if (r == failing) throw ModelError{"a shard is missing on this node"};
        });
      };
      EXPECT_NO_THROW(load(-1));
      if (r == 1)
        EXPECT_THROW(load(1), ModelError);
      else
        EXPECT_THROW(load(1), InterruptedGroupError);
      EXPECT_NO_THROW(load(-1));
    });
}

TEST(FormGroups, RefusesWhatDoesNotFit) {
  const auto ranks = make_in_process_world(3);
  std::vector<std::jthread> threads;
  for (const auto& rank : ranks)
    threads.emplace_back([&rank] {
      BorrowedWorld world{*rank};
      EXPECT_THROW((void)form_groups(world, {{.ranks = 2}}, false), PlanError);
      EXPECT_THROW((void)form_groups(world, {{.ranks = 4}}, false), PlanError);
      const WorkerGroups alone = form_groups(world, {{.ranks = 1}}, true);
      EXPECT_EQ(alone.own, nullptr);
      EXPECT_TRUE(alone.places.empty());
    });
}

TEST(WorkerGroups, AreCountedByTheirSize) {
  EXPECT_EQ(worker_groups(Rank0Computes::automatic, 8, 4), 2);
  EXPECT_EQ(worker_groups(Rank0Computes::automatic, 64, 4), 16);
}

}  // namespace
}  // namespace harsanyi
