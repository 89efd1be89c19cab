#include "orchestrator/log/repeats.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

using std::chrono::seconds;

TEST(Repeats, LetTheFirstOnesOfEveryMinuteThroughAndCountTheRest) {
  Repeats repeats{2, seconds{60}};
  const Repeats::Clock::time_point start{};
  EXPECT_EQ(repeats.next("a", start), 0);
  EXPECT_EQ(repeats.next("a", start + seconds{1}), 0);
  EXPECT_EQ(repeats.next("a", start + seconds{2}), std::nullopt);
  EXPECT_EQ(repeats.next("a", start + seconds{59}), std::nullopt);
  EXPECT_EQ(repeats.next("a", start + seconds{60}), 2);
  EXPECT_EQ(repeats.next("a", start + seconds{61}), 0);
  EXPECT_EQ(repeats.next("a", start + seconds{62}), std::nullopt);
}

TEST(Repeats, KindsDoNotShareTheirPlaces) {
  Repeats repeats{1, seconds{60}};
  const Repeats::Clock::time_point start{};
  EXPECT_EQ(repeats.next("a", start), 0);
  EXPECT_EQ(repeats.next("a", start), std::nullopt);
  EXPECT_EQ(repeats.next("b", start), 0);
}

TEST(Repeats, TellWhatWasLeftOutOnce) {
  Repeats repeats{1, seconds{60}};
  const Repeats::Clock::time_point start{};
  for (int i = 0; i < 5; ++i) static_cast<void>(repeats.next("a", start));
  static_cast<void>(repeats.next("b", start));
  EXPECT_EQ(repeats.take_left_out(), (std::map<std::string, int>{{"a", 4}}));
  EXPECT_TRUE(repeats.take_left_out().empty());
}

}  // namespace
}  // namespace harsanyi
