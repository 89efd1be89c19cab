// Laws of run_units and together in every kind of world; see tests/comm/ranks.hpp.
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "tests/comm/ranks.hpp"
#include "tests/run/borrowed_world.hpp"
#include "tests/run/memory_record.hpp"

namespace harsanyi {
namespace {

using namespace std::chrono_literals;

constexpr int kUnits = 60;

std::vector<double> values_of(UnitId unit) {
  return {unit.value + 0.5, std::sin(unit.value), static_cast<double>(unit.value * unit.value)};
}

std::vector<UnitTask> plan(int units) {
  std::vector<UnitTask> tasks;
  for (int i = 0; i < units; ++i) tasks.push_back({.cost = 1.0 + i % 3, .affinity = i / 7});
  return tasks;
}

RunOptions quick() {
  RunOptions options;
  options.blocks_per_store = 8;
  options.stop_requested = [] { return std::nullopt; };
  return options;
}

/// One rank of a run; rank 0 brings the record.
struct RankRun {
  explicit RankRun(Communicator& comm, int units = kUnits) : world{comm}, tasks{plan(units)} {
    if (comm.rank() == Rank{0}) record.emplace(units);
  }

  RunOutcome operator()() {
    const auto progress = make_silent_progress();
    return run_units(world, tasks, record ? &*record : nullptr, compute, digest, *progress, options);
  }

  BorrowedWorld world;
  std::vector<UnitTask> tasks;
  std::optional<MemoryRecord> record;
  WorkFunction compute = values_of;
  std::string digest = "digest";
  RunOptions options = quick();
};

TEST(RunUnits, StoresEveryUnitOnceAndTellsAllRanks) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    const RunOutcome outcome = run();
    EXPECT_TRUE(outcome.complete());
    EXPECT_EQ(outcome.units, kUnits);
    EXPECT_EQ(outcome.done_now, kUnits);
    if (!run.record) return;
    EXPECT_EQ(static_cast<int>(run.record->values.size()), kUnits);
    for (const auto& [unit, values] : run.record->values) EXPECT_EQ(values, values_of(unit));
    for (const auto& [unit, times] : run.record->times_stored) EXPECT_EQ(times, 1) << "unit " << unit.value;
    EXPECT_EQ(static_cast<int>(outcome.workers.size()), comm.size());  // rank 0 computes too
    EXPECT_EQ(outcome.slowest.size(), 5u);
  });
}

TEST(RunUnits, AProfiledRunTellsWhoComputedAUnitAndWhereItsTimeWent) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    StageTimes times;
    run.compute = [&](UnitId unit) {
      times.add(Stage::products, 3s);  // more than the unit takes: nothing else depends on it
      times.add(Stage::rows, 2s);
      return values_of(unit);
    };
    run.options.stage_clock = [&] { return times; };
    const RunOutcome outcome = run();
    if (!run.record) return;
    ASSERT_EQ(run.record->profiles.size(), static_cast<std::size_t>(kUnits));
    std::map<int, int> units;
    for (const auto& [unit, profile] : run.record->profiles) {
      ++units[profile.rank];
      EXPECT_DOUBLE_EQ(profile.seconds[Activity::products], 3.0);
      EXPECT_DOUBLE_EQ(profile.seconds[Activity::attention], 0.0);
      EXPECT_DOUBLE_EQ(profile.seconds[Activity::rows], 2.0);
      EXPECT_GE(profile.seconds[Activity::other], 0.0);
      EXPECT_GE(profile.seconds[Activity::waiting], 0.0);
    }
    for (const WorkerShare& worker : outcome.workers)
      EXPECT_EQ(units[worker.rank], worker.units) << worker.name;
  });
}

TEST(WorkerGroups, AreTheRanksThatCompute) {
  EXPECT_EQ(worker_groups(Rank0Computes::automatic, 1), 1);
  EXPECT_EQ(worker_groups(Rank0Computes::automatic, 8), 8);
  EXPECT_EQ(worker_groups(Rank0Computes::automatic, 4097), 4096);
  EXPECT_EQ(worker_groups(Rank0Computes::no, 2), 1);
}

TEST(RunUnits, WithoutAClockNothingIsProfiled) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    (void)run();
    if (run.record) {
      EXPECT_TRUE(run.record->profiles.empty());
    }
  });
}

TEST(RunUnits, SeveralUnitsShareAWrite) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    if (run.record) run.record->store_takes = 20ms;
    (void)run();
    if (run.record) {
      EXPECT_LT(run.record->stores(), kUnits / 3);
    }
  });
}

TEST(RunUnits, AFinishedPlanIsLeftAlone) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    (void)run();
    run.compute = [](UnitId) -> std::vector<double> { throw std::logic_error{"nothing is left to compute"}; };
    const RunOutcome again = run();
    EXPECT_EQ(again.done_before, kUnits);
    EXPECT_EQ(again.done_now, 0);
    EXPECT_TRUE(again.complete());
  });
}

TEST(RunUnits, UnitsOfALaterRoundAreNeitherComputedNorCounted) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    for (std::size_t unit = 0; unit < 50; ++unit) run.tasks[unit].wanted = false;
    const RunOutcome outcome = run();
    EXPECT_TRUE(outcome.complete());
    EXPECT_EQ(outcome.done_now, kUnits - 50);
    if (!run.record) return;
    EXPECT_EQ(static_cast<int>(run.record->values.size()), kUnits - 50);
    EXPECT_TRUE(run.record->values.contains(UnitId{kUnits - 1}));
  });
}

TEST(RunUnits, AnEmptyPlanEndsAtOnce) {
  on_every_rank([](Communicator& comm) { EXPECT_TRUE(RankRun(comm, 0)().complete()); });
}

TEST(RunUnits, AUnitThatAlwaysFailsIsSetAsideWithItsReasonAndTheOthersAreDone) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    run.compute = [](UnitId unit) {
      if (unit == UnitId{5}) throw ModelError{"no memory for 3 GB"};
      return values_of(unit);
    };
    const RunOutcome outcome = run();
    EXPECT_EQ(outcome.done_now, kUnits - 1);
    EXPECT_EQ(outcome.left, 0);
    EXPECT_FALSE(outcome.complete());
    ASSERT_EQ(outcome.set_aside.size(), 1u);
    EXPECT_NE(outcome.set_aside.at(UnitId{5}).find("no memory for 3 GB (on rank "), std::string::npos);
  });
}

TEST(RunUnits, AUnitThatFailsOnceIsDoneLater) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    bool failed = false;
    run.compute = [&](UnitId unit) {
      if (!std::exchange(failed, true)) throw std::runtime_error{"once on every rank"};
      return values_of(unit);
    };
    run.options.schedule.attempts = comm.size() + 1;
    EXPECT_TRUE(run().complete());
  });
}

TEST(RunUnits, AValueThatIsNotFiniteFailsItsUnitAndNamesThePlace) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    run.compute = [](UnitId unit) {
      auto values = values_of(unit);
      if (unit == UnitId{9}) values[1] = std::numeric_limits<double>::quiet_NaN();
      return values;
    };
    const RunOutcome outcome = run();
    ASSERT_EQ(outcome.set_aside.size(), 1u);
    EXPECT_EQ(outcome.set_aside.at(UnitId{9}).find("value 1 of 3 is nan"), 0u)
        << outcome.set_aside.at(UnitId{9});
    if (run.record) {
      EXPECT_FALSE(run.record->values.contains(UnitId{9}));
    }
  });
}

TEST(RunUnits, AFullDiskStopsAllRanksWithTheSameError) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    if (run.record) run.record->stores_before_full = 2;
    try {
      (void)run();
      ADD_FAILURE() << "no exception";
    } catch (const StorageError& error) {
      EXPECT_NE(std::string{error.what()}.find("no space left"), std::string::npos);
    }
    if (run.record) {
      EXPECT_LT(static_cast<int>(run.record->values.size()), kUnits);
    }
  });
}

TEST(RunUnits, RanksWithAnotherDigestAreRefused) {
  on_every_rank([](Communicator& comm) {
    if (comm.size() == 1) return;
    RankRun run{comm};
    if (comm.rank().value == comm.size() - 1) run.digest = "another";
    try {
      (void)run();
      ADD_FAILURE() << "no exception";
    } catch (const CommError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("its digest is another, that of rank 0 is digest"), std::string::npos) << text;
    }
  });
}

TEST(RunUnits, AStopFinishesWhatRunsStoresItAndTheNextRunContinues) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    std::atomic<int> computed = 0;
    run.compute = [&](UnitId unit) {
      std::this_thread::sleep_for(2ms);
      ++computed;
      return values_of(unit);
    };
    run.options.stop_requested = [&] { return computed >= 5 ? std::optional{SIGTERM} : std::nullopt; };
    const RunOutcome first = run();
    EXPECT_EQ(first.interrupted_by, SIGTERM);
    EXPECT_GT(first.left, 0);
    EXPECT_EQ(first.done_now + first.left, kUnits);
    EXPECT_TRUE(first.set_aside.empty());
    if (run.record) {
      EXPECT_EQ(static_cast<int>(run.record->values.size()), first.done_now);
    }

    run.options.stop_requested = [] { return std::nullopt; };
    const RunOutcome second = run();
    EXPECT_EQ(second.done_before, first.done_now);
    EXPECT_TRUE(second.complete());
    if (!run.record) return;
    for (const auto& [unit, times] : run.record->times_stored) EXPECT_EQ(times, 1) << "unit " << unit.value;
  });
}

TEST(RunUnits, AStopBeforeTheStartHandsOutNothingMoreThanTheFirstUnits) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    run.options.stop_requested = [] { return std::optional{SIGINT}; };
    const RunOutcome outcome = run();
    EXPECT_EQ(outcome.interrupted_by, SIGINT);
    EXPECT_LE(outcome.done_now, 2 * comm.size());
  });
}

TEST(RunUnits, RefusesARecordOfAnotherPlanOnAllRanks) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    run.tasks = plan(kUnits + 1);
    EXPECT_THROW((void)run(), PlanError);
  });
}

TEST(RunUnits, RankZeroMayLeaveTheComputingToOthers) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm};
    run.options.rank0 = Rank0Computes::no;
    if (comm.size() == 1) {
      EXPECT_THROW((void)run(), ConfigError);
      return;
    }
    const RunOutcome outcome = run();
    EXPECT_TRUE(outcome.complete());
    if (run.record) {
      EXPECT_EQ(static_cast<int>(outcome.workers.size()), comm.size() - 1);
    }
  });
}

TEST(RunUnits, LargeBlocksArriveWhole) {
  on_every_rank([](Communicator& comm) {
    RankRun run{comm, 6};
    run.compute = [](UnitId unit) { return std::vector<double>(300000, unit.value); };
    EXPECT_TRUE(run().complete());
    if (!run.record) return;
    for (const auto& [unit, values] : run.record->values) {
      EXPECT_EQ(values.size(), 300000u);
      EXPECT_EQ(values.back(), unit.value);
    }
  });
}

TEST(Rank0Computes, InSmallWorldsUnlessToldOtherwise) {
  EXPECT_TRUE(rank0_computes(Rank0Computes::automatic, 1));
  EXPECT_TRUE(rank0_computes(Rank0Computes::automatic, 8));
  EXPECT_FALSE(rank0_computes(Rank0Computes::automatic, 9));
  EXPECT_TRUE(rank0_computes(Rank0Computes::yes, 100));
  EXPECT_FALSE(rank0_computes(Rank0Computes::no, 2));
  EXPECT_EQ(parse_enum<Rank0Computes>("auto"), Rank0Computes::automatic);
}

TEST(Together, ReturnsWhenAllWentWell) {
  on_every_rank([](Communicator& comm) {
    BorrowedWorld world{comm};
    int steps = 0;
    for (int i = 0; i < 20; ++i) together(world, [&] { ++steps; });
    EXPECT_EQ(steps, 20);
  });
}

TEST(Together, AFailureOnRankZeroReachesAllRanksWithItsType) {
  on_every_rank([](Communicator& comm) {
    BorrowedWorld world{comm};
    const bool here = comm.rank() == Rank{0};
    try {
      together(world, [&] {
        if (here) throw StorageError{"cube.h5 is written by another process"};
      });
      ADD_FAILURE() << "no exception";
    } catch (const StorageError& error) {
      EXPECT_STREQ(error.what(), here ? "cube.h5 is written by another process"
                                      : "rank 0: cube.h5 is written by another process");
    }
    together(world, [] {});  // the world works on
  });
}

TEST(ToldByRank0, EveryRankHasItsNumber) {
  on_every_rank([](Communicator& comm) {
    BorrowedWorld world{comm};
    for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{1} << 40}) {
      const std::int64_t own = comm.rank() == Rank{0} ? number : 17;
      EXPECT_EQ(told_by_rank_0(world, own), number);
      together(world, [] {});
    }
  });
}

TEST(Together, TheFirstFailureByRankIsTold) {
  on_every_rank([](Communicator& comm) {
    BorrowedWorld world{comm};
    if (comm.size() < 4) return;
    try {
      together(world, [&] {
        if (comm.rank().value >= 2) throw ModelError{"config.json is missing"};
      });
      ADD_FAILURE() << "no exception";
    } catch (const ModelError& error) {
      EXPECT_STREQ(error.what(),
                   comm.rank().value >= 2 ? "config.json is missing" : "rank 2: config.json is missing");
    }
  });
}

}  // namespace
}  // namespace harsanyi
