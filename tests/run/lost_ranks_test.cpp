// Ranks that stop answering and come back, or do not. Threads play the ranks; a rank that hangs is one that
// does not read its messages.
#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "tests/run/borrowed_world.hpp"
#include "tests/run/memory_record.hpp"

namespace harsanyi {
namespace {

using namespace std::chrono_literals;

constexpr int kUnits = 12;

/// Ranks as threads. Each runs `run_units` with rank 0 scheduling only.
class LostRanks : public testing::Test {
 protected:
  struct Job {
    double unit_deadline = 0.5;
    std::chrono::milliseconds silence = 60s;
    int attempts = 3;
  };

  RunOutcome run(BorrowedWorld& world, const Job& job, const WorkFunction& compute) {
    world.attendance().silence_limit = job.silence;
    RunOptions options;
    options.schedule.attempts = job.attempts;
    options.rank0 = Rank0Computes::no;
    options.stop_requested = [] { return std::nullopt; };
    options.unit_deadline = job.unit_deadline;
    const auto progress = make_silent_progress();
    return run_units(world, std::vector<UnitTask>(kUnits), world.rank() == Rank{0} ? &record_ : nullptr,
                     compute, "digest", *progress, options);
  }

  static std::vector<double> values_of(UnitId unit) { return {unit.value + 0.5}; }

  void expect_all_stored() const {
    EXPECT_EQ(record_.values.size(), static_cast<std::size_t>(kUnits));
    for (const auto& [unit, values] : record_.values) EXPECT_EQ(values, values_of(unit));
    for (const auto& [unit, times] : record_.times_stored) EXPECT_EQ(times, 1) << "unit " << unit.value;
  }

  MemoryRecord record_{kUnits};
};

TEST_F(LostRanks, AUnitOfARankThatHangsIsDoneByAnotherAndItsLateAnswerDoesNoHarm) {
  const auto ranks = make_in_process_world(3);
  std::promise<void> run_ended;
  std::promise<void> has_a_unit;
  std::atomic<bool> begun = false;
  std::atomic<int> late = 0;
  const std::jthread hanging{[&] {
    BorrowedWorld world{*ranks[1]};
    const auto compute = [&, end = run_ended.get_future().share()](UnitId unit) {
      if (!begun.exchange(true)) has_a_unit.set_value();
      end.wait();
      ++late;
      return values_of(unit);
    };
    EXPECT_TRUE(run(world, {}, compute).complete());
    together(world, [] {});
  }};
  const std::jthread working{[&] {
    BorrowedWorld world{*ranks[2]};
    const auto compute = [other = has_a_unit.get_future().share()](UnitId unit) {
      other.wait();  // or this one might do them all
      return values_of(unit);
    };
    EXPECT_TRUE(run(world, {}, compute).complete());
    together(world, [] {});
  }};
  BorrowedWorld world{*ranks[0]};
  const RunOutcome outcome = run(world, {}, values_of);
  EXPECT_TRUE(outcome.complete());
  EXPECT_GE(outcome.retried, 1);
  EXPECT_EQ(outcome.workers.at(0).times_lost, 1);
  EXPECT_EQ(world.attendance().absent, std::set<Rank>{Rank{1}});
  expect_all_stored();

  run_ended.set_value();
  while (late == 0) std::this_thread::sleep_for(1ms);
  together(world, [] {});  // does not wait for rank 1, which finds this step when it comes to it
}

TEST_F(LostRanks, ARankThatComesBackGetsWorkAgain) {
  const auto ranks = make_in_process_world(2);
  std::atomic<int> computed = 0;
  const std::jthread slow_once{[&] {
    BorrowedWorld world{*ranks[1]};
    const auto compute = [&](UnitId unit) {
      if (computed++ == 2) std::this_thread::sleep_for(1500ms);
      return values_of(unit);
    };
    EXPECT_TRUE(run(world, {}, compute).complete());
  }};
  BorrowedWorld world{*ranks[0]};
  const RunOutcome outcome = run(world, {}, values_of);
  EXPECT_TRUE(outcome.complete());
  EXPECT_GE(outcome.workers.at(0).times_lost, 1);
  EXPECT_TRUE(world.attendance().complete());
  EXPECT_EQ(computed, kUnits) << "the late answer was thrown away";
  expect_all_stored();
}

TEST_F(LostRanks, ALateAnswerSavesAUnitThatWasSetAside) {
  const auto ranks = make_in_process_world(2);
  const std::jthread slow_once{[&] {
    BorrowedWorld world{*ranks[1]};
    const auto compute = [&](UnitId unit) {
      if (unit == UnitId{0}) std::this_thread::sleep_for(1500ms);
      return values_of(unit);
    };
    EXPECT_TRUE(run(world, {.attempts = 1}, compute).complete());
  }};
  BorrowedWorld world{*ranks[0]};
  EXPECT_TRUE(run(world, {.attempts = 1}, values_of).complete());
  expect_all_stored();
}

TEST_F(LostRanks, WhereAllAreLostTheRestIsLeft) {
  const auto ranks = make_in_process_world(2);
  std::promise<void> run_ended;
  const Job job{.silence = 1500ms};
  const std::jthread hanging{[&, end = run_ended.get_future().share()] {
    BorrowedWorld world{*ranks[1]};
    const auto compute = [&](UnitId unit) {
      if (unit == UnitId{3}) end.wait();
      return values_of(unit);
    };
    EXPECT_GT(run(world, job, compute).left, 0);
  }};
  BorrowedWorld world{*ranks[0]};
  const RunOutcome outcome = run(world, job, values_of);
  EXPECT_EQ(outcome.done_now, 3);
  EXPECT_EQ(outcome.left, kUnits - 3);
  EXPECT_EQ(record_.values.size(), 3u);
  run_ended.set_value();
}

TEST_F(LostRanks, ARankThatNeverBeginsIsNotWaitedFor) {
  const auto ranks = make_in_process_world(3);
  const Job job{.silence = 500ms};
  const std::jthread working{[&] {
    BorrowedWorld world{*ranks[2]};
    EXPECT_TRUE(run(world, job, values_of).complete());
  }};
  BorrowedWorld world{*ranks[0]};
  EXPECT_TRUE(run(world, job, values_of).complete());
  EXPECT_EQ(world.attendance().absent, std::set<Rank>{Rank{1}});
  expect_all_stored();
}

TEST_F(LostRanks, ARankWithoutAWordFromRankZeroLeaves) {
  const auto ranks = make_in_process_world(2);
  BorrowedWorld world{*ranks[1]};
  EXPECT_THROW((void)run(world, {.silence = 200ms}, values_of), LostRankError);
  EXPECT_THROW(together(world, [] {}), LostRankError);
}

TEST_F(LostRanks, AWaitIsNoSilenceWhileRankZeroHasOthersToWaitFor) {
  const auto ranks = make_in_process_world(3);
  const Job job{.unit_deadline = 60.0, .silence = 1s};
  std::atomic<int> in_hand = 0;
  const auto compute = [&](UnitId unit) {
    if (in_hand++ == 0) std::this_thread::sleep_for(2500ms);  // the other rank soon has nothing to do
    return values_of(unit);
  };
  std::vector<std::jthread> threads;
  for (const int rank : {1, 2})
    threads.emplace_back([&, rank] {
      BorrowedWorld world{*ranks[static_cast<std::size_t>(rank)]};
      EXPECT_TRUE(run(world, job, compute).complete());
    });
  BorrowedWorld world{*ranks[0]};
  EXPECT_TRUE(run(world, job, compute).complete());
  EXPECT_TRUE(world.attendance().complete());
}

/// Rank 0 computes beside its scheduler and hangs in its first unit; rank 1 does the rest.
void run_with_a_hanging_rank_0(MemoryRecord& record) {
  const auto ranks = make_in_process_world(2);
  std::promise<void> hangs;
  const auto run = [&](int rank, const WorkFunction& compute) {
    BorrowedWorld world{*ranks[static_cast<std::size_t>(rank)]};
    RunOptions options;
    options.unit_deadline = 0.5;
    const auto progress = make_silent_progress();
    (void)run_units(world, std::vector<UnitTask>(kUnits), rank == 0 ? &record : nullptr, compute, "digest",
                    *progress, options);
  };
  const std::jthread other{[&, hanging = hangs.get_future().share()] {
    run(1, [&](UnitId unit) {
      hanging.wait();
      return std::vector<double>{unit.value + 0.5};
    });
  }};
  run(0, [&](UnitId) -> std::vector<double> {
    hangs.set_value();
    while (true) std::this_thread::sleep_for(1h);
  });
}

TEST_F(LostRanks, AWorkerBesideTheSchedulerThatHangsEndsTheJobOnceAllElseIsStored) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(run_with_a_hanging_rank_0(record_), testing::ExitedWithCode(75),
              "does not end; all that was finished is stored");
}

TEST_F(LostRanks, CommonStepsGoOnWithoutARankAndWithItOnceItIsBack) {
  const auto ranks = make_in_process_world(3);
  std::promise<void> missed;
  // Rank 0 tells when it is enough.
  const auto take_steps = [&](int rank) {
    BorrowedWorld world{*ranks[static_cast<std::size_t>(rank)]};
    Attendance& attendance = world.attendance();
    if (rank == 0) attendance.silence_limit = 300ms;
    int steps = 0;
    bool was_missed = false;
    do {
      together(world, [&] { ++steps; });
      if (rank == 0 && !attendance.absent.empty() && !std::exchange(was_missed, true)) missed.set_value();
      std::this_thread::sleep_for(1ms);
    } while (told_by_rank_0(world, was_missed && attendance.absent.empty() ? 0 : 1) == 1);
    return steps;
  };
  std::array<int, 3> steps{};
  {
    const std::jthread in_time{[&] { steps[1] = take_steps(1); }};
    const std::jthread late{[&, once_missed = missed.get_future().share()] {
      once_missed.wait();
      steps[2] = take_steps(2);
    }};
    steps[0] = take_steps(0);
  }
  EXPECT_EQ(steps[1], steps[0]);
  EXPECT_EQ(steps[2], steps[0]);
}

TEST_F(LostRanks, LongWorkOfRankZeroIsNoSilence) {
  const auto ranks = make_in_process_world(2);
  const auto step = [&](int rank) {
    BorrowedWorld world{*ranks[static_cast<std::size_t>(rank)]};
    world.attendance().silence_limit = 1s;
    int answer = 0;
    together(world, [&] {
      if (rank == 0)
        answer = while_others_wait(world, [] {
          std::this_thread::sleep_for(2500ms);
          return 7;
        });
    });
    return answer;
  };
  const std::jthread other{[&] { EXPECT_EQ(step(1), 0); }};
  EXPECT_EQ(step(0), 7);
}

TEST_F(LostRanks, WhatRankZeroThrowsInLongWorkReachesAll) {
  const auto ranks = make_in_process_world(2);
  const auto step = [&](int rank) {
    BorrowedWorld world{*ranks[static_cast<std::size_t>(rank)]};
    together(world, [&] {
      if (rank == 0)
        (void)while_others_wait(world, []() -> int { throw ModelError{"model.safetensors is missing"}; });
    });
  };
  const std::jthread other{[&] { EXPECT_THROW(step(1), ModelError); }};
  EXPECT_THROW(step(0), ModelError);
}

TEST_F(LostRanks, WhatIsToldToRankZeroLacksTheMissingRank) {
  const auto ranks = make_in_process_world(3);
  const std::jthread other{[&] {
    BorrowedWorld world{*ranks[2]};
    EXPECT_TRUE(told_to_rank_0(world, "two").empty());
  }};
  BorrowedWorld world{*ranks[0]};
  world.attendance().silence_limit = 300ms;
  EXPECT_EQ(told_to_rank_0(world, "zero"), (std::vector<std::string>{"zero", "", "two"}));
}

}  // namespace
}  // namespace harsanyi
