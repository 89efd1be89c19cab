#include "partition/game/summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/game/coalition.hpp"
#include "partition/game/dividends.hpp"
#include "partition/game/value.hpp"
#include "tests/partition/game/random_game.hpp"

namespace harsanyi {
namespace {

struct MeanAndError {
  double mean;
  double error;
};

/// Two passes in long double.
MeanAndError mean_and_error(const std::vector<double>& x) {
  const auto n = static_cast<long double>(x.size());
  long double sum = 0;
  for (const double value : x) sum += value;
  const long double mean = sum / n;
  long double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  return {static_cast<double>(mean), static_cast<double>(std::sqrt(squares / (n - 1) / n))};
}

class SummaryOfEveryGameSize : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Players, SummaryOfEveryGameSize, testing::Range(1, 11));

TEST_P(SummaryOfEveryGameSize, EqualsTheTwoPassMeansOfEachSamplesDividends) {
  constexpr std::size_t kSamples = 9;
  const std::size_t coalitions = std::size_t{1} << GetParam();
  const auto values = random_numbers(kSamples * coalitions, 11);
  const auto summary = summarise_layer(values, GetParam(), Orientation::masked, ZeroRule::code);

  std::vector<std::vector<double>> games;
  std::vector<std::vector<double>> w;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const std::vector<double> game(values.begin() + static_cast<std::ptrdiff_t>(i * coalitions),
                                   values.begin() + static_cast<std::ptrdiff_t>((i + 1) * coalitions));
    games.push_back(in_convention(game, Orientation::masked, ZeroRule::code));
    w.push_back(dividends(games.back()));
  }
  ASSERT_EQ(summary.dividend_mean.size(), coalitions);
  for (std::size_t s = 0; s < coalitions; ++s) {
    std::vector<double> value_column;
    std::vector<double> dividend_column;
    for (std::size_t i = 0; i < kSamples; ++i) {
      value_column.push_back(games[i][s]);
      dividend_column.push_back(w[i][s]);
    }
    EXPECT_NEAR(summary.value_mean[s], mean_and_error(value_column).mean, 1e-13);
    EXPECT_NEAR(summary.dividend_mean[s], mean_and_error(dividend_column).mean, 1e-12);
    EXPECT_NEAR(summary.dividend_standard_error[s], mean_and_error(dividend_column).error, 1e-11);
  }
}

TEST_P(SummaryOfEveryGameSize, MeanOfDividendsIsTheDividendOfTheMean) {
  const std::size_t coalitions = std::size_t{1} << GetParam();
  const auto summary =
      summarise_layer(random_numbers(5 * coalitions, 3), GetParam(), Orientation::present, ZeroRule::none);
  const auto of_mean = dividends(summary.value_mean);
  for (std::size_t s = 0; s < coalitions; ++s) EXPECT_NEAR(summary.dividend_mean[s], of_mean[s], 1e-11);
}

TEST(Summary, KeepsASmallSpreadBesideALargeMean) {
  // The textbook formula, sum of squares minus square of sum, loses every digit here.
  std::vector<double> values;
  for (const double v : {1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0}) values.insert(values.end(), {v, v});
  const auto summary = summarise_layer(values, 1, Orientation::present, ZeroRule::none);
  EXPECT_DOUBLE_EQ(summary.dividend_mean[0], 1e9 + 2.0);
  EXPECT_DOUBLE_EQ(summary.dividend_standard_error[0], std::sqrt(1.0 / 3.0));
  EXPECT_EQ(summary.dividend_standard_error[1], 0.0);
}

TEST(Summary, OfOneSampleHasNoStandardError) {
  const auto summary = summarise_layer(std::vector{1.0, 3.0}, 1, Orientation::present, ZeroRule::none);
  EXPECT_EQ(summary.dividend_mean, (std::vector{1.0, 2.0}));
  EXPECT_TRUE(std::isnan(summary.dividend_standard_error[0]));
  EXPECT_TRUE(std::isnan(summary.dividend_standard_error[1]));
}

TEST(Summary, RefusesValuesThatAreNoTableOfCompleteGames) {
  const auto summarise = [](const std::vector<double>& values, int players) {
    return summarise_layer(values, players, Orientation::present, ZeroRule::none);
  };
  EXPECT_THROW((void)summarise({}, 2), GameError);
  EXPECT_THROW((void)summarise({1, 2, 3, 4, 5}, 2), GameError);
  EXPECT_THROW((void)summarise({1, 2}, 0), GameError);
  EXPECT_THROW((void)summarise({1, 2}, kMaxPlayers + 1), GameError);
  EXPECT_THROW((void)summarise({1, 2, 3, std::nan("")}, 1), GameError);
}

TEST(LayerSummary, OnTheScaleOfProbabilitiesIsThatOfTheirTable) {
  const std::vector<double> values{0.5, -1.0, 2.0, 0.25, 1.5, 0.0, -2.0, 3.0};
  std::vector<double> probabilities;
  for (const double v : values) probabilities.push_back(on_scale(v, ValueScale::probability));
  const auto scaled =
      summarise_layer(values, 2, Orientation::masked, ZeroRule::code, ValueScale::probability);
  const auto direct = summarise_layer(probabilities, 2, Orientation::masked, ZeroRule::code);
  EXPECT_EQ(scaled.dividend_mean, direct.dividend_mean);
  EXPECT_EQ(scaled.value_mean, direct.value_mean);
}

}  // namespace
}  // namespace harsanyi
