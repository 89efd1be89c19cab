// Groups whose ranks cannot compute on the same device: all of them say so, and none waits.
#include "worker/engine/group_device.hpp"

#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "worker/comm/group_link.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void on_two_ranks(const std::function<void(LinkedGroup&)>& body) {
  auto links = make_in_process_group(2);
  std::vector<std::jthread> ranks;
  for (auto& link : links)
    ranks.emplace_back([&] {
      LinkedGroup group{std::move(link), std::chrono::seconds{60}};
      body(group);
    });
}

TEST(GroupDevice, IsTheSameOnAllRanks) {
  on_two_ranks([](LinkedGroup& group) {
    const DeviceChoice choice = group.rank() == 0 ? DeviceChoice::cpu : DeviceChoice::operators;
    EXPECT_THAT([&] { static_cast<void>(open_group_device({.device = choice, .group = &group})); },
                ThrowsMessage<ConfigError>(HasSubstr(
                    "compute on different devices, rank 0 on 'cpu' and rank 1 on 'cpu, operators'")));
  });
}

TEST(GroupDevice, ThatOneRankLacksIsSaidByAll) {
  if (open_device(DeviceChoice::automatic, 0, {}).name != "cpu") GTEST_SKIP() << "this machine has a GPU";
  on_two_ranks([](LinkedGroup& group) {
    const DeviceChoice choice = group.rank() == 0 ? DeviceChoice::cpu : DeviceChoice::gpu;
    EXPECT_THAT([&] { static_cast<void>(open_group_device({.device = choice, .group = &group})); },
                ThrowsMessage<ConfigError>(AllOf(HasSubstr("rank 1 of a worker group: --device gpu"),
                                                 HasSubstr("sees no NVIDIA GPU"))));
  });
}

TEST(GroupDevice, OnCpusNeedsNoSumsOfItsOwn) {
  on_two_ranks([](LinkedGroup& group) {
    EXPECT_EQ(open_group_device({.device = DeviceChoice::cpu, .group = &group}).sums, nullptr);
  });
}

}  // namespace
}  // namespace harsanyi
