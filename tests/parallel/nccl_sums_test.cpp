// Sums over GPUs in memory: what our side of NCCL does when ranks come, stay away and give up.
#include "worker/parallel/nccl/nccl_sums.hpp"

#include <atomic>
#include <functional>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/parallel/gpus_in_memory/gpus_in_memory.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr milliseconds kLong{60000};
constexpr milliseconds kShort{300};

/// `body` on every rank, each with the GPU of its number.
void on_every_gpu(int ranks, milliseconds limit, const std::function<void(LinkedGroup&, int)>& body) {
  auto links = make_in_process_group(ranks);
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      LinkedGroup group{std::move(links[static_cast<std::size_t>(rank)]), limit};
      body(group, rank);
    });
}

void meet(WorkerGroup& group) {
  static_cast<void>(group.gather(std::as_bytes(std::span{"end", 3})));
}

/// Sums 1, 2, ... times the rank's number plus one.
void expect_right_sums(WorkerGroup& group, NcclSums& sums, int times) {
  const auto ranks = static_cast<float>(group.size());
  std::vector<std::vector<float>> values;
  for (int i = 0; i < times; ++i) values.emplace_back(100, static_cast<float>((i + 1) * (group.rank() + 1)));
  for (auto& each : values) sums.sum(each.data(), static_cast<std::int64_t>(each.size()));
  sums.wait();
  for (int i = 0; i < times; ++i)
    EXPECT_EQ(values[static_cast<std::size_t>(i)],
              std::vector<float>(100, static_cast<float>(i + 1) * ranks * (ranks + 1) / 2));
}

TEST(NcclSums, AreThoseOfAllRanks) {
  for (const int ranks : {2, 3, 4, 8}) {
    test::set_gpus(ranks);
    on_every_gpu(ranks, kLong, [](LinkedGroup& group, int gpu) {
      NcclSums sums{group, gpu};
      expect_right_sums(group, sums, 3);
      expect_right_sums(group, sums, 100);  // many more than the host may be ahead of
      sums.sum(nullptr, 0);
      meet(group);
    });
    EXPECT_EQ(test::communicators().made, ranks);
    EXPECT_EQ(test::communicators().destroyed, ranks);
    EXPECT_EQ(test::communicators().aborted, 0);
  }
}

TEST(NcclSums, TellWhatDecidesTheirBits) {
  test::set_gpus(2);
  on_every_gpu(2, kLong, [](LinkedGroup& group, int gpu) {
    EXPECT_THAT((NcclSums{group, gpu}.description()), AllOf(HasSubstr("NCCL 2."), HasSubstr("Ring, Simple")));
  });
}

TEST(NcclSums, AreRefusedOnAllRanksWhereThereIsNoGpu) {
  test::set_gpus(0);
  on_every_gpu(2, kLong, [](LinkedGroup& group, int gpu) {
    EXPECT_THAT(([&] {
                  NcclSums{group, gpu};
                }),
                ThrowsMessage<ConfigError>(HasSubstr("rank 0 of the group sees no GPU (no CUDA-capable")));
  });
}

TEST(NcclSums, AreRefusedOnAllRanksWhereOneHasNoGpu) {
  test::set_gpus(2);
  on_every_gpu(3, kLong, [](LinkedGroup& group, int gpu) {
    EXPECT_THAT(
        ([&] {
          NcclSums{group, gpu};
        }),
        ThrowsMessage<ConfigError>(HasSubstr("rank 2 of the group sees 2 GPUs and is to use number 2")));
  });
  EXPECT_EQ(test::communicators().made, 0);
}

TEST(NcclSums, AreRefusedWhereTwoRanksShareAGpu) {
  test::set_gpus(2, /*distinct=*/false);
  on_every_gpu(2, kLong, [](LinkedGroup& group, int gpu) {
    EXPECT_THAT(([&] {
                  NcclSums{group, gpu};
                }),
                ThrowsMessage<ConfigError>(
                    HasSubstr("ranks 0 and 1 of a worker group share one GPU (GPU in memory)")));
  });
  EXPECT_EQ(test::communicators().made, 0);
}

// ---- ranks that do not come

/// Rank 1 stops after `sums` sums; rank 0 goes on to the end, which must be an exception.
void expect_broken(int of_rank_1, const std::function<void(NcclSums&, std::vector<float>&)>& rank_0) {
  test::set_gpus(2);
  std::atomic<bool> over = false;
  const auto start = std::chrono::steady_clock::now();
  on_every_gpu(2, kShort, [&](LinkedGroup& group, int gpu) {
    NcclSums sums{group, gpu};
    std::vector<float> values(10);
    if (group.rank() == 1) {
      for (int i = 0; i < of_rank_1; ++i) sums.sum(values.data(), 10);
      while (!over) std::this_thread::sleep_for(milliseconds{1});
      return;
    }
    EXPECT_THAT([&] { rank_0(sums, values); },
                ThrowsMessage<BrokenGroupError>(
                    AllOf(HasSubstr("is not done: rank 0 waits since 0.3 s (--silence-limit)"))));
    EXPECT_TRUE(group.broken());
    EXPECT_THROW(sums.sum(values.data(), 10), BrokenGroupError);
    EXPECT_THROW(sums.wait(), BrokenGroupError);
    over = true;
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{30});
  EXPECT_EQ(test::communicators().aborted, 1);
}

TEST(NcclSums, AHostThatWaitsForALostRankLeavesWithinTheLimit) {
  expect_broken(2, [](NcclSums& sums, std::vector<float>& values) {
    for (int i = 0; i < 3; ++i) sums.sum(values.data(), 10);
    sums.wait();
  });
}

TEST(NcclSums, AHostThatRunsAheadOfALostRankLeavesWithinTheLimit) {
  expect_broken(0, [](NcclSums& sums, std::vector<float>& values) {
    for (int i = 0; i < 1000; ++i) sums.sum(values.data(), 10);
  });
}

TEST(NcclSums, AGpuIsFreedWhileItsHostIsElsewhere) {
  expect_broken(0, [](NcclSums& sums, std::vector<float>& values) {
    sums.sum(values.data(), 10);
    const auto start = std::chrono::steady_clock::now();
    while (test::communicators().aborted == 0) {  // as in a call that the driver does not return from
      ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
      std::this_thread::sleep_for(milliseconds{5});
    }
    sums.wait();
  });
}

TEST(NcclSums, AnErrorThatNcclReportsLaterIsSaid) {
  test::set_gpus(2);
  on_every_gpu(2, kShort, [](LinkedGroup& group, int gpu) {
    NcclSums sums{group, gpu};
    meet(group);
    if (group.rank() == 1) return;
    test::fail_next_sum();
    std::vector<float> values(10);
    EXPECT_THAT(
        [&] {
          sums.sum(values.data(), 10);
          sums.wait();
        },
        ThrowsMessage<BrokenGroupError>(
            HasSubstr("a sum over the GPUs of the worker group failed: remote error (in memory)")));
  });
}

TEST(NcclSums, RanksThatDoNotMeetAreSaid) {
  test::set_gpus(2);
  test::let_no_ranks_meet();
  on_every_gpu(2, kShort, [](LinkedGroup& group, int gpu) {
    EXPECT_THAT(([&] {
                  NcclSums{group, gpu};
                }),
                ThrowsMessage<CommError>(
                    HasSubstr("the GPUs of the worker group do not come together within 0.3 s")));
  });
  EXPECT_EQ(test::communicators().aborted, 2);
}

// ---- interruptions

/// Rank `failing` gives up before its sum `at`; the others are somewhere before or after theirs.
void give_up_at(LinkedGroup& group, NcclSums& sums, int failing, int at) {
  std::vector<std::vector<float>> values(40, std::vector<float>(10));
  try {
    for (int i = 0; i < 40; ++i) {
      if (group.rank() == failing && i == at) throw std::runtime_error{"out of memory"};
      sums.sum(values[static_cast<std::size_t>(i)].data(), 10);
    }
    sums.wait();
    ADD_FAILURE() << "rank " << group.rank() << " saw no interruption";
  } catch (const InterruptedGroupError&) {
  } catch (const std::runtime_error&) {
    group.interrupt();
  }
}

TEST(NcclSums, AnInterruptionReachesHostsThatWaitAndTheGroupGoesOn) {
  constexpr int kRanks = 3;
  test::set_gpus(kRanks);
  on_every_gpu(kRanks, kLong, [](LinkedGroup& group, int gpu) {
    NcclSums sums{group, gpu};
    for (int failing = 0; failing < kRanks; ++failing)
      for (const int at : {0, 1, 20, 39}) {
        give_up_at(group, sums, failing, at);
        expect_right_sums(group, sums, 5);
        meet(group);
      }
  });
  EXPECT_EQ(test::communicators().made, kRanks * (1 + kRanks * 4));
  EXPECT_EQ(test::communicators().destroyed, kRanks);
}

TEST(NcclSums, AllRanksMayGiveUpWithSumsUnderWay) {
  test::set_gpus(2);
  on_every_gpu(2, kLong, [](LinkedGroup& group, int gpu) {
    NcclSums sums{group, gpu};
    std::vector<float> values(10);
    if (group.rank() == 0) sums.sum(values.data(), 10);
    meet(group);
    group.interrupt();
    sums.wait();  // for nothing: what was under way is given up
    expect_right_sums(group, sums, 2);
    meet(group);
  });
}

}  // namespace
}  // namespace harsanyi
