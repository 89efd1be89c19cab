#include "worker/comm/local_worker_hub.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using namespace std::chrono_literals;

Bytes one_byte(int value) {
  return {static_cast<std::byte>(value)};
}

TEST(LocalWorkerHub, AddsOneRankToTheWorld) {
  const auto world = make_in_process_world(3);
  LocalWorkerHub hub{*world[0]};
  EXPECT_EQ(hub.rank(), Rank{0});
  EXPECT_EQ(hub.size(), 4);
  EXPECT_EQ(hub.local_rank(), Rank{3});
  EXPECT_EQ(hub.local_endpoint().rank(), Rank{3});
  EXPECT_EQ(hub.local_endpoint().size(), 4);
}

TEST(LocalWorkerHub, CarriesMessagesOfBothKindsOfWorkers) {
  const auto world = make_in_process_world(2);
  LocalWorkerHub hub{*world[0]};
  const auto echo = [](Communicator& comm) {
    for (int i = 0; i < 100; ++i) {
      auto envelope = comm.receive(10s);
      ASSERT_TRUE(envelope.has_value());
      comm.send(Rank{0}, std::move(envelope->bytes));
    }
  };
  std::jthread local{[&] { echo(hub.local_endpoint()); }};
  std::jthread remote{[&] { echo(*world[1]); }};
  for (int i = 0; i < 100; ++i) {
    hub.send(Rank{1}, one_byte(i));
    hub.send(Rank{2}, one_byte(i));
  }
  int next[3] = {0, 0, 0};
  for (int i = 0; i < 200; ++i) {
    const auto envelope = hub.receive(10s);
    ASSERT_TRUE(envelope.has_value());
    EXPECT_EQ(envelope->bytes, one_byte(next[envelope->from.value]++));
  }
  EXPECT_EQ(next[1], 100);
  EXPECT_EQ(next[2], 100);
  EXPECT_FALSE(hub.receive(0ms).has_value());
}

TEST(LocalWorkerHub, ALocalAnswerEndsAWaitAtOnce) {
  const auto world = make_in_process_world(1);
  LocalWorkerHub hub{*world[0]};
  std::jthread local{[&] {
    std::this_thread::sleep_for(50ms);
    hub.local_endpoint().send(Rank{0}, {});
  }};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(hub.receive(10s).has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(LocalWorkerHub, TheLocalWorkerReachesItsOwnSchedulerOnly) {
  const auto world = make_in_process_world(2);
  LocalWorkerHub hub{*world[0]};
  EXPECT_THROW(hub.local_endpoint().send(Rank{1}, {}), CommError);
  EXPECT_THROW(hub.send(Rank{3}, {}), CommError);
}

}  // namespace
}  // namespace harsanyi
