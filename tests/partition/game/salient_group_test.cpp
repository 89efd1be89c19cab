#include "partition/game/salient_group.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/partition/game/random_game.hpp"

namespace harsanyi {
namespace {

SalientGroup by_max(const std::vector<double>& w) {
  return salient_group(w, SelectionRule::max_dividend);
}
SalientGroup by_common(const std::vector<double>& w) {
  return salient_group(w, SelectionRule::common_of_positive);
}

class SalientGroupOfEveryGameSize : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Players, SalientGroupOfEveryGameSize, testing::Range(1, 11));

TEST_P(SalientGroupOfEveryGameSize, MaxDividendBeatsEveryOtherNonEmptyCoalitionByAtLeastItsMargin) {
  const auto w = random_game(GetParam(), 5);
  const auto group = by_max(w);
  EXPECT_EQ(group.dividend, w[static_cast<std::size_t>(group.members.index())]);
  EXPECT_FALSE(group.members.empty());
  for (std::size_t s = 1; s < w.size(); ++s)
    if (static_cast<std::int64_t>(s) != group.members.index()) {
      EXPECT_LE(w[s], group.dividend - group.margin);
    }
}

class SalientGroupOfTwoOrMore : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Players, SalientGroupOfTwoOrMore, testing::Range(2, 11));

TEST_P(SalientGroupOfTwoOrMore, CommonOfPositiveIsTheLargestIntersectionOfAPair) {
  const auto w = random_game(GetParam(), 6);
  int largest = 0;
  int positive = 0;
  for (std::size_t i = 1; i < w.size(); ++i) {
    positive += w[i] > 0 ? 1 : 0;
    for (std::size_t j = i + 1; j < w.size(); ++j)
      if (w[i] > 0 && w[j] > 0) largest = std::max(largest, std::popcount(i & j));
  }
  ASSERT_GE(positive, 2) << "choose a seed with a pair to intersect";
  EXPECT_EQ(by_common(w).members.size(), largest);
}

TEST_P(SalientGroupOfEveryGameSize, EveryQueryHeadIsEitherOfTheGroupOrOutside) {
  const int players = GetParam();
  const Coalition group = by_max(random_game(players, 5)).members;
  EXPECT_EQ(edited_players(group, EditedHeads::inside_group, players), group);
  EXPECT_EQ(edited_players(group, EditedHeads::outside_group, players), group.complement(players));
}

TEST(MaxDividendWithEmpty, TakesTheFirstOfEqualsTheEmptyOneIncluded) {
  const auto choose = [](const std::vector<double>& w) {
    return salient_group(w, SelectionRule::max_dividend_with_empty);
  };
  EXPECT_TRUE(choose({2.0, 1.0, -1.0, 2.0}).members.empty());
  EXPECT_EQ(choose({0.0, 1.0, 3.0, 3.0}).members.index(), 2);
  EXPECT_EQ(choose({0.0, 1.0, 3.0, 2.5}).margin, 0.5);
}

TEST(MaxDividend, NeverChoosesTheEmptyCoalition) {
  EXPECT_EQ(by_max({9.0, -1.0, -2.0, -3.0}).members, Coalition{1});
}

TEST(MaxDividend, BreaksTiesByTheSmallerCoalitionThenTheSmallerMask) {
  EXPECT_EQ(by_max({0, 1, 2, 2, 2, 0, 0, 0}).members, Coalition{2});  // {1}, {0,1}, {2}
  EXPECT_EQ(by_max({0, 1, 0, 2, 2, 0, 0, 0}).members, Coalition{4});  // {0,1}, {2}
  EXPECT_EQ(by_max({0, 2, 2, 2}).margin, 0.0);
}

TEST(MaxDividend, ReportsTheDistanceToTheRunnerUp) {
  const auto group = by_max({50, 1, 4, 2.5});
  EXPECT_EQ(group.members, Coalition{2});
  EXPECT_EQ(group.dividend, 4.0);
  EXPECT_EQ(group.margin, 1.5);
}

TEST(MaxDividend, OfASinglePlayerHasNoRunnerUp) {
  EXPECT_EQ(by_max({1.0, -1.0}).members, Coalition{1});
  EXPECT_EQ(by_max({1.0, -1.0}).margin, std::numeric_limits<double>::infinity());
}

TEST(CommonOfPositive, TakesTheLargestIntersectionOfTwo) {
  // {0,1} and {0,1,2} share {0,1}; {2} shares only {2} with {0,1,2}.
  const auto group = by_common({5, 0, 0, 1, 3, 0, 0, 2});
  EXPECT_EQ(group.members, Coalition{3});
  EXPECT_EQ(group.dividend, 1.0);
  EXPECT_EQ(group.margin, 0.0);
}

TEST(CommonOfPositive, BreaksTiesByTheDividendsOfThePairThenTheSmallerMask) {
  // {0} with {0,1} shares {0}, dividends 1 + 2; {2} with {1,2} shares {2}, dividends 5 + 1.
  EXPECT_EQ(by_common({0, 1, 0, 2, 5, 0, 1, 0}).members, Coalition{4});
  EXPECT_EQ(by_common({0, 1, 0, 2, 2, 0, 1, 0}).members, Coalition{1});
}

TEST(CommonOfPositive, WithOnePositiveCoalitionIsThatOneAndWithNoneEmpty) {
  EXPECT_EQ(by_common({7, -1, 3, -1}).members, Coalition{2});
  EXPECT_EQ(by_common({7, -1, 0, -1}).members, Coalition{});
  EXPECT_EQ(by_common({7, -1, 0, -1}).dividend, 7.0);
  EXPECT_EQ(by_common({-7, 1, 1, -1}).members, Coalition{});  // {0} and {1} share nobody
}

TEST(SalientGroup, RefusesATableThatIsNoGameOfPlayers) {
  for (const auto rule : {SelectionRule::max_dividend, SelectionRule::common_of_positive}) {
    EXPECT_THROW((void)salient_group(std::vector<double>{}, rule), GameError);
    EXPECT_THROW((void)salient_group(std::vector{1.0}, rule), GameError);
    EXPECT_THROW((void)salient_group(std::vector{1.0, 2.0, 3.0}, rule), GameError);
    EXPECT_THROW((void)salient_group(std::vector{1.0, std::nan("")}, rule), GameError);
  }
}

TEST(SalientGroups, NameTheQueryHeadsToCalibrate) {
  SalientGroups groups;
  groups.layout = PlayerLayout::from_heads(9, 3);
  groups.layers = {{.members = Coalition{0b010}}, {.members = Coalition{0b111}}, {.members = Coalition{}}};
  EXPECT_EQ(groups.edited_heads(LayerId{0}), (std::vector{0, 1, 2, 6, 7, 8}));
  EXPECT_TRUE(groups.edited_heads(LayerId{1}).empty());
  EXPECT_EQ(groups.edited_heads(LayerId{2}).size(), 9U);
  groups.edited = EditedHeads::inside_group;
  EXPECT_EQ(groups.edited_heads(LayerId{0}), (std::vector{3, 4, 5}));
  EXPECT_THROW((void)groups.edited_heads(LayerId{3}), GameError);
  EXPECT_THROW((void)groups.edited_heads(LayerId{-1}), GameError);
}

TEST(SalientGroup, TakesAGapThatIsKeptForNoCandidate) {
  const double none = std::nan("");
  const std::vector<double> w{0.5, 1, none, 2, none, none, 0.25, none};
  for (const SelectionRule rule : {SelectionRule::max_dividend, SelectionRule::max_dividend_with_empty}) {
    const SalientGroup group = salient_group(w, rule, Gaps::kept);
    EXPECT_EQ(group.members, Coalition{3});
    EXPECT_EQ(group.margin, 1);
  }
  EXPECT_EQ(salient_group(w, SelectionRule::common_of_positive, Gaps::kept).members, Coalition{1});
  EXPECT_THROW((void)salient_group(w, SelectionRule::max_dividend), GameError);
  EXPECT_THROW((void)salient_group(std::vector<double>{1, none}, SelectionRule::max_dividend, Gaps::kept),
               GameError);
  EXPECT_THROW((void)salient_group(std::vector<double>{1, INFINITY}, SelectionRule::max_dividend, Gaps::kept),
               GameError);
}

}  // namespace
}  // namespace harsanyi
