// Groups whose ranks do not come: threads that end.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::chrono::milliseconds kLimit{50};

TEST(BrokenGroup, ASumIsLeftWithinTheLimit) {
  auto links = make_in_process_group(3);
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> ranks;
    for (const std::size_t r : {std::size_t{0}, std::size_t{1}})  // rank 2 never comes
      ranks.emplace_back([&links, r] {
        LinkedGroup group{std::move(links[r]), kLimit};
        std::vector<float> values(10);
        EXPECT_THAT([&] { group.sum(values); },
                    ThrowsMessage<BrokenGroupError>(HasSubstr("of the worker group did not answer rank")));
        EXPECT_TRUE(group.broken());
        EXPECT_THROW(group.sum(values), BrokenGroupError);
        EXPECT_THROW(group.interrupt(), BrokenGroupError);
        EXPECT_THROW(static_cast<void>(group.next_order(1, kLimit)), BrokenGroupError);
      });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{30});
}

TEST(BrokenGroup, AnInterruptionThatARankDoesNotSeeBreaksTheGroup) {
  auto links = make_in_process_group(2);
  LinkedGroup group{std::move(links[0]), kLimit};
  EXPECT_THROW(group.interrupt(), BrokenGroupError);
}

TEST(BrokenGroup, BuffersOfAnotherSizeAreRefused) {
  auto links = make_in_process_group(2);
  std::jthread other{[&links] {
    LinkedGroup group{std::move(links[1]), kLimit};
    std::vector<float> values(12);
    EXPECT_THROW(group.sum(values), CommError);
  }};
  LinkedGroup group{std::move(links[0]), kLimit};
  std::vector<float> values(10);
  EXPECT_THROW(group.sum(values), CommError);
}

TEST(BrokenGroup, AnOrderThatDoesNotComeIsNoReason) {
  auto links = make_in_process_group(2);
  LinkedGroup group{std::move(links[1]), kLimit};
  EXPECT_FALSE(group.next_order(2, std::chrono::milliseconds{1}));
  EXPECT_FALSE(group.broken());
}

TEST(BrokenGroup, NeedsARank) {
  EXPECT_THROW(static_cast<void>(make_in_process_group(0)), CommError);
}

}  // namespace
}  // namespace harsanyi
