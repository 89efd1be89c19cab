#include "orchestrator/analysis/paired.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

PairedCounts changed(int right_to_wrong, int wrong_to_right) {
  return {
      .both_right = 10, .right_to_wrong = right_to_wrong, .wrong_to_right = wrong_to_right, .both_wrong = 10};
}

TEST(CountPairs, SortsEveryItemIntoOneOfFour) {
  const std::vector<int> gold{0, 0, 0, 0, 1};
  const std::vector<int> first{0, 0, 1, 1, 0};
  const std::vector<int> second{0, 1, 0, 1, 1};
  const PairedCounts counts = count_pairs(first, second, gold);
  EXPECT_EQ(counts.both_right, 1);
  EXPECT_EQ(counts.right_to_wrong, 1);
  EXPECT_EQ(counts.wrong_to_right, 2);
  EXPECT_EQ(counts.both_wrong, 1);
  EXPECT_EQ(counts.items(), 5);
}

TEST(CountPairs, RefusesDifferentItems) {
  EXPECT_THROW((void)count_pairs(std::vector{0}, std::vector{0, 1}, std::vector{0, 1}), AnalysisError);
  EXPECT_THROW((void)count_pairs(std::vector{0, 1}, std::vector{0}, std::vector{0, 1}), AnalysisError);
}

TEST(McNemar, EqualsStatsmodelsAndScipy) {
  // statsmodels 0.15: mcnemar([[10, b], [c, 10]], exact=True).pvalue; scipy 1.17: binomtest(b, b + c,
  // 0.5).pvalue
  EXPECT_NEAR(mcnemar_exact_p(changed(6, 16)), 0.052478790283203125, 1e-14);
  EXPECT_NEAR(mcnemar_exact_p(changed(16, 6)), 0.052478790283203125, 1e-14);
  EXPECT_NEAR(mcnemar_exact_p(changed(1, 7)), 0.0703125, 1e-14);
  EXPECT_NEAR(mcnemar_exact_p(changed(0, 9)), 0.00390625, 1e-14);
  EXPECT_NEAR(mcnemar_exact_p(changed(30, 54)), 0.011634454119925825, 1e-13);
  EXPECT_NEAR(mcnemar_exact_p(changed(400, 500)), 0.0009564441369189373, 1e-12);
}

TEST(McNemar, IsOneWithoutAChangeAndForABalancedChange) {
  EXPECT_EQ(mcnemar_exact_p(changed(0, 0)), 1.0);
  EXPECT_EQ(mcnemar_exact_p(changed(5, 5)), 1.0);
}

TEST(McNemar, EqualsTheSumOfTheBinomialTailForSmallCounts) {
  for (int b = 0; b <= 12; ++b)
    for (int c = 0; c <= 12; ++c) {
      double tail = 0;
      double term = std::exp2(-(b + c));  // P(X = 0)
      for (int k = 0; k <= std::min(b, c); ++k) {
        tail += term;
        term *= static_cast<double>(b + c - k) / (k + 1);
      }
      EXPECT_NEAR(mcnemar_exact_p(changed(b, c)), std::min(1.0, 2 * tail), 1e-12) << b << " and " << c;
    }
}

TEST(NewcombeInterval, EqualsOtherImplementations) {
  // The tests of the R package contingencytables state for rbind(c(59, 6), c(16, 80)): p1 - p2 = -0.0621,
  // -0.1186 to -0.0046. More digits, and the second table: the formula in Python over statsmodels 0.15's
  // proportion_confint(method="wilson").
  const Interval cavo =
      newcombe_interval({.both_right = 59, .right_to_wrong = 6, .wrong_to_right = 16, .both_wrong = 80});
  EXPECT_NEAR(cavo.low, 0.004625113933050061, 1e-12);
  EXPECT_NEAR(cavo.high, 0.11862119563870999, 1e-12);
  const Interval uneven =
      newcombe_interval({.both_right = 14, .right_to_wrong = 5, .wrong_to_right = 0, .both_wrong = 22});
  EXPECT_NEAR(uneven.low, -0.2264926843512112, 1e-12);
  EXPECT_NEAR(uneven.high, -0.011483241383033221, 1e-12);
}

TEST(NewcombeInterval, OfSwappedMethodsIsMirrored) {
  for (const PairedCounts& counts :
       {changed(3, 9), changed(0, 4), PairedCounts{0, 5, 2, 0}, PairedCounts{7, 0, 0, 0}}) {
    PairedCounts swapped = counts;
    std::swap(swapped.right_to_wrong, swapped.wrong_to_right);
    EXPECT_NEAR(newcombe_interval(counts).low, -newcombe_interval(swapped).high, 1e-14);
    EXPECT_NEAR(newcombe_interval(counts).high, -newcombe_interval(swapped).low, 1e-14);
  }
}

TEST(NewcombeInterval, HoldsTheDifferenceStaysWithinOneAndNeverVanishes) {
  for (int a = 0; a <= 4; ++a)
    for (int b = 0; b <= 4; ++b)
      for (int c = 0; c <= 4; ++c)
        for (int d = 0; d <= 4; ++d) {
          const PairedCounts counts{a, b, c, d};
          if (counts.items() == 0) continue;
          const Interval interval = newcombe_interval(counts);
          const double difference = static_cast<double>(c - b) / counts.items();
          EXPECT_LE(interval.low, difference);
          EXPECT_GE(interval.high, difference);
          EXPECT_GE(interval.low, -1 - 1e-12);
          EXPECT_LE(interval.high, 1 + 1e-12);
          EXPECT_GT(interval.high - interval.low, 0.1);
        }
}

TEST(ComparePaired, JoinsCountsDifferenceIntervalAndTest) {
  const std::vector<int> gold{0, 0, 0, 0, 1};
  const PairedComparison comparison =
      compare_paired(std::vector{0, 0, 1, 1, 0}, std::vector{0, 1, 0, 1, 1}, gold);
  EXPECT_DOUBLE_EQ(comparison.difference, 0.2);
  EXPECT_EQ(comparison.mcnemar_p, 1.0);
  EXPECT_LT(comparison.interval.low, 0.2);
  EXPECT_GT(comparison.interval.high, 0.2);
  EXPECT_THROW((void)compare_paired(std::vector<int>{}, std::vector<int>{}, std::vector<int>{}),
               AnalysisError);
}

}  // namespace
}  // namespace harsanyi
