// What holds for every worker group, whatever its link.
#include <cstring>

#include <gtest/gtest.h>

#include "tests/comm/group_ranks.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

constexpr std::chrono::seconds kLimit{60};

void on_every_rank_of_a_group(const std::function<void(LinkedGroup&)>& body) {
  on_every_group_rank([&](std::unique_ptr<GroupLink> link) {
    LinkedGroup group{std::move(link), kLimit};
    body(group);
    static_cast<void>(group.gather(std::as_bytes(std::span{"end", 3})));  // nobody leaves a rank alone
  });
}

/// What rank r brings to entry i: no sum of two is exact.
float entry(int rank, std::size_t i) {
  return 1.0F / static_cast<float>(3 + rank * 7 + static_cast<int>(i % 1000));
}

std::vector<float> entries(int rank, std::size_t size) {
  std::vector<float> values;
  for (std::size_t i = 0; i < size; ++i) values.push_back(entry(rank, i));
  return values;
}

std::vector<float> sum_in_order(int ranks, std::size_t size) {
  std::vector<float> sums(size);
  for (int r = 0; r < ranks; ++r)
    for (std::size_t i = 0; i < size; ++i) sums[i] += entry(r, i);
  return sums;
}

TEST(WorkerGroup, SumsInTheOrderOfRanks) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    for (const std::size_t size : {0, 1, 2, 3, 1000, 100003, 1000000}) {
      std::vector<float> values = entries(group.rank(), size);
      group.sum(values);
      EXPECT_EQ(values, sum_in_order(group.size(), size)) << size << " entries";
    }
  });
}

TEST(WorkerGroup, CountsItsTraffic) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    std::vector<float> values(static_cast<std::size_t>(group.size()) * 10);
    group.sum(values);
    group.sum(values);
    EXPECT_EQ(group.traffic().sums, 2);
    // Reduce-scatter and all-gather: (T - 1) / T of the values out and in, twice.
    EXPECT_EQ(group.traffic().bytes, 2 * 4 * (group.size() - 1) * 10 * 4);
  });
}

TEST(WorkerGroup, GathersInTheOrderOfRanks) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    const auto mine = std::byte(group.rank() + 1);
    const std::vector<std::byte> all = group.gather({&mine, 1});
    ASSERT_EQ(all.size(), static_cast<std::size_t>(group.size()));
    for (int r = 0; r < group.size(); ++r) EXPECT_EQ(all[static_cast<std::size_t>(r)], std::byte(r + 1));
  });
}

TEST(WorkerGroup, OrdersOfRank0ArriveInOrder) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    for (int i = 0; i < 20; ++i) {
      const std::vector<std::byte> order{std::byte(i), std::byte(2 * i)};
      if (group.rank() == 0)
        group.order(order);
      else
        EXPECT_EQ(group.next_order(2, kLimit), order);
    }
  });
}

// The rank `failing` gives up before step `at` of three; the others are somewhere in these steps.
void interrupt_at(LinkedGroup& group, int failing, int at) {
  bool interrupted = false;
  try {
    for (int step = 0; step < 3; ++step) {
      if (group.rank() == failing && step == at) throw std::runtime_error{"out of memory"};
      std::vector<float> values = entries(group.rank(), 5000);
      group.sum(values);
      static_cast<void>(group.gather(std::as_bytes(std::span{values}.first(3))));
    }
  } catch (const InterruptedGroupError&) {
    interrupted = true;
  } catch (const std::runtime_error&) {
    group.interrupt();
    interrupted = true;
  }
  EXPECT_TRUE(interrupted) << "rank " << group.rank();
}

TEST(WorkerGroup, AnInterruptionReachesAllAndTheGroupGoesOn) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    for (int failing = 0; failing < group.size(); ++failing)
      for (int at = 0; at < 3; ++at) {
        interrupt_at(group, failing, at);
        std::vector<float> values = entries(group.rank(), 777);
        group.sum(values);
        EXPECT_EQ(values, sum_in_order(group.size(), 777));
      }
  });
}

TEST(WorkerGroup, AllRanksMayGiveUpAtOnce) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    group.interrupt();
    std::vector<float> values = entries(group.rank(), 10);
    group.sum(values);
    EXPECT_EQ(values, sum_in_order(group.size(), 10));
  });
}

TEST(WorkerGroup, ALookSeesAnInterruption) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    EXPECT_NO_THROW(group.look());
    EXPECT_EQ(group.interruptions(), 0);
    static_cast<void>(group.gather(std::as_bytes(std::span{"all", 3})));
    if (group.rank() == 0) {
      group.interrupt();
    } else {
      const auto look_on = [&] {
        const auto start = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - start < kLimit) group.look();
      };
      EXPECT_THROW(look_on(), InterruptedGroupError);
    }
    EXPECT_EQ(group.interruptions(), 1);
  });
}

TEST(WorkerGroup, ALookTakesNothingElse) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    for (int i = 0; i < 20; ++i) {
      if (group.rank() % 2 == i % 2)
        for (int look = 0; look < 100; ++look) group.look();
      std::vector<float> values = entries(group.rank(), 777);
      group.sum(values);
      EXPECT_EQ(values, sum_in_order(group.size(), 777));
    }
  });
}

TEST(WorkerGroup, ARankThatWaitsForOrdersIsInterruptedToo) {
  on_every_rank_of_a_group([](LinkedGroup& group) {
    if (group.rank() == 0)
      group.interrupt();
    else
      EXPECT_THROW(static_cast<void>(group.next_order(8, kLimit)), InterruptedGroupError);
  });
}

}  // namespace
}  // namespace harsanyi
