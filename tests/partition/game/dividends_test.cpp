#include "partition/game/dividends.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/game/coalition.hpp"
#include "tests/partition/game/random_game.hpp"

namespace harsanyi {
namespace {

/// (-1)^k
double sign(int k) {
  return k % 2 == 0 ? 1.0 : -1.0;
}

/// GAC, Eq. 2, read aloud.
std::vector<double> dividends_by_definition(const std::vector<double>& v) {
  std::vector<double> w(v.size(), 0.0);
  for (std::size_t s = 0; s < v.size(); ++s)
    for (std::size_t t = 0; t < v.size(); ++t)
      if ((t & s) == t) w[s] += sign(std::popcount(s) - std::popcount(t)) * v[t];
  return w;
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t s = 0; s < actual.size(); ++s)
    EXPECT_NEAR(actual[s], expected[s], tolerance) << "coalition " << s;
}

class EveryGameSize : public testing::TestWithParam<int> {
 protected:
  [[nodiscard]] int players() const { return GetParam(); }
  [[nodiscard]] std::size_t coalitions() const { return std::size_t{1} << players(); }
  [[nodiscard]] std::vector<double> game(std::uint64_t seed = 7) const {
    return random_game(players(), seed);
  }
  /// Sums of 2^n terms of magnitude 10.
  [[nodiscard]] double tolerance() const { return 1e-13 * static_cast<double>(coalitions()); }
};
INSTANTIATE_TEST_SUITE_P(Players, EveryGameSize, testing::Range(1, 11));

TEST_P(EveryGameSize, DividendsEqualTheDefinition) {
  expect_near(dividends(game()), dividends_by_definition(game()), tolerance());
}

TEST_P(EveryGameSize, ValuesOfDividendsAreTheValues) {
  expect_near(values_of(dividends(game())), game(), tolerance());
  expect_near(dividends(values_of(game())), game(), tolerance());
}

TEST_P(EveryGameSize, DividendsAddUpToTheValueOfTheGrandCoalition) {
  const auto w = dividends(game());
  EXPECT_NEAR(std::accumulate(w.begin(), w.end(), 0.0), game().back(), tolerance());
}

TEST_P(EveryGameSize, EmptyCoalitionsDividendIsItsValue) {
  EXPECT_EQ(dividends(game()).front(), game().front());
}

TEST_P(EveryGameSize, DividendsOfASumAreTheSumOfDividends) {
  const auto a = game(1);
  const auto b = game(2);
  std::vector<double> sum(a.size());
  std::vector<double> expected(a.size());
  const auto wa = dividends(a);
  const auto wb = dividends(b);
  for (std::size_t s = 0; s < a.size(); ++s) {
    sum[s] = a[s] + b[s];
    expected[s] = wa[s] + wb[s];
  }
  expect_near(dividends(sum), expected, 2 * tolerance());
}

TEST_P(EveryGameSize, ADummyPlayerIsInNoCoalitionWithADividend) {
  const std::size_t dummy = std::size_t{1} << (players() - 1);
  auto v = game();
  for (std::size_t s = 0; s < v.size(); ++s) v[s] = v[s & ~dummy];
  const auto w = dividends(v);
  for (std::size_t s = 0; s < w.size(); ++s)
    if ((s & dummy) != 0) {
      EXPECT_EQ(w[s], 0.0) << "coalition " << s;
    }
}

class EveryGameOfTwoOrMore : public EveryGameSize {};
INSTANTIATE_TEST_SUITE_P(Players, EveryGameOfTwoOrMore, testing::Range(2, 11));

TEST_P(EveryGameOfTwoOrMore, InterchangeablePlayersHaveEqualDividends) {
  // Swaps players 0 and 1.
  const auto swapped = [](std::size_t s) {
    return (s & ~std::size_t{3}) | ((s & 1U) << 1U) | ((s & 2U) >> 1U);
  };
  auto v = game();
  for (std::size_t s = 0; s < v.size(); ++s) v[s] = v[std::min(s, swapped(s))];
  const auto w = dividends(v);
  for (std::size_t s = 0; s < w.size(); ++s) EXPECT_NEAR(w[s], w[swapped(s)], tolerance());
}

TEST_P(EveryGameSize, AShiftOfAllValuesMovesOnlyTheEmptyCoalitionsDividend) {
  auto shifted = game();
  for (double& value : shifted) value += 3.0;
  auto expected = dividends(game());
  expected.front() += 3.0;
  expect_near(dividends(shifted), expected, 2 * tolerance());
}

TEST_P(EveryGameSize, UnanimityGameOfACoalitionHasThatDividendAlone) {
  for (std::size_t carrier = 0; carrier < coalitions(); ++carrier) {
    std::vector<double> v(coalitions());
    for (std::size_t s = 0; s < v.size(); ++s) v[s] = (s & carrier) == carrier ? 1.0 : 0.0;
    std::vector<double> expected(coalitions(), 0.0);
    expected[carrier] = 1.0;
    ASSERT_EQ(dividends(v), expected) << "carrier " << carrier;
  }
}

TEST_P(EveryGameSize, MaskedOrientationIsTheAlternatingSumOverSupersets) {
  // w'(B) = (-1)^|B| sum over S including B of w(S)  (spec gac.md section 4)
  const auto w = dividends(game());
  std::vector<double> expected(w.size(), 0.0);
  for (std::size_t b = 0; b < w.size(); ++b) {
    for (std::size_t s = 0; s < w.size(); ++s)
      if ((s & b) == b) expected[b] += w[s];
    expected[b] *= sign(std::popcount(b));
  }
  // The sums over supersets reach 3^n terms; relative 1e-12 of the largest of them.
  expect_near(dividends(in_convention(game(), Orientation::masked, ZeroRule::none)), expected,
              100 * tolerance());
}

TEST_P(EveryGameSize, MaskedOrientationReadsTheComplement) {
  const auto masked = in_convention(game(), Orientation::masked, ZeroRule::none);
  for (const Coalition b : CoalitionRange{0, coalition_count(players())})
    EXPECT_EQ(masked[static_cast<std::size_t>(b.index())],
              game()[static_cast<std::size_t>(b.complement(players()).index())]);
  EXPECT_EQ(in_convention(masked, Orientation::masked, ZeroRule::none), game());
}

TEST_P(EveryGameSize, ForcedZeroLiftsOddCoalitionsByTheUnmodifiedModelAndLowersEvenOnes) {
  // w_code(B) = w'(B) - (-1)^|B| v(grand)  (spec gac.md section 4)
  auto expected = dividends(in_convention(game(), Orientation::masked, ZeroRule::none));
  for (std::size_t b = 0; b < expected.size(); ++b) expected[b] -= sign(std::popcount(b)) * game().back();
  expect_near(dividends(in_convention(game(), Orientation::masked, ZeroRule::code)), expected, tolerance());
}

TEST_P(EveryGameSize, PresentAsMeasuredIsTheTableItself) {
  EXPECT_EQ(in_convention(game(), Orientation::present, ZeroRule::none), game());
  auto zeroed = game();
  zeroed.front() = 0.0;
  EXPECT_EQ(in_convention(game(), Orientation::present, ZeroRule::code), zeroed);
}

TEST(Dividends, RefuseATableThatIsNoCompleteGame) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (const auto& table : {std::vector<double>{}, std::vector<double>(3, 1.0),
                            std::vector{0.0, nan, 1.0, 2.0}, std::vector{0.0, 1.0, -inf, 2.0}}) {
    EXPECT_THROW((void)dividends(table), GameError);
    EXPECT_THROW((void)values_of(table), GameError);
    EXPECT_THROW((void)in_convention(table, Orientation::masked, ZeroRule::none), GameError);
  }
}

TEST(Dividends, ErrorNamesTheCoalitionThatWasNotComputed) {
  try {
    (void)dividends(std::vector{0.0, 1.0, 2.0, 3.0, 4.0, std::nan(""), 6.0, 7.0});
    FAIL() << "a table with a hole was accepted";
  } catch (const GameError& error) {
    EXPECT_NE(std::string{error.what()}.find("{0,2}"), std::string::npos) << error.what();
  }
}

TEST(NeededValues, AreThoseThatADividendDependsOn) {
  constexpr int kPlayers = 3;
  for (const Orientation orientation : {Orientation::present, Orientation::masked})
    for (const ZeroRule zero : {ZeroRule::none, ZeroRule::code})
      for (std::size_t chosen = 0; chosen < 8; ++chosen) {
        std::vector<bool> coalitions(8);
        coalitions[chosen] = true;
        const auto needed = needed_values(coalitions, orientation, zero);
        for (std::size_t missing = 0; missing < 8; ++missing) {
          std::vector<double> values{1, 2, 3, 5, 8, 13, 21, 34};
          values[missing] = std::nan("");
          const auto w = dividends(in_convention(values, orientation, zero, Gaps::kept), Gaps::kept);
          EXPECT_EQ(std::isnan(w[chosen]), needed[missing]) << chosen << " without " << missing;
        }
      }
  EXPECT_EQ(needed_values(std::vector<bool>(1U << kPlayers), Orientation::present, ZeroRule::none),
            std::vector<bool>(1U << kPlayers));
}

TEST(Gaps, AreRefusedUnlessKeptAndInfinitiesAlways) {
  const std::vector<double> gap{1, std::nan(""), 3, 4};
  EXPECT_THROW((void)dividends(gap), GameError);
  EXPECT_THROW((void)in_convention(gap, Orientation::masked, ZeroRule::none), GameError);
  const auto w = dividends(gap, Gaps::kept);
  EXPECT_EQ(w[2], 2);
  EXPECT_TRUE(std::isnan(w[1]) && std::isnan(w[3]));
  EXPECT_THROW((void)dividends(std::vector<double>{1, INFINITY}, Gaps::kept), GameError);
}

}  // namespace
}  // namespace harsanyi
