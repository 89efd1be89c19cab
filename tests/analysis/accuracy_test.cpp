#include "orchestrator/analysis/accuracy.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

struct WilsonCase {
  int hits;
  int total;
  double low;
  double high;
};

// statsmodels 0.15: proportion_confint(hits, total, method="wilson")
class KnownWilsonIntervals : public testing::TestWithParam<WilsonCase> {};
INSTANTIATE_TEST_SUITE_P(Statsmodels, KnownWilsonIntervals,
                         testing::Values(WilsonCase{587, 872, 0.6413321366306454, 0.703479126821804},
                                         WilsonCase{31, 56, 0.4241321478993947, 0.6761327874521665},
                                         WilsonCase{0, 56, 0.0, 0.06419393671876344},
                                         WilsonCase{56, 56, 0.9358060632812366, 1.0},
                                         WilsonCase{1, 1, 0.2065493143772374, 1.0}));

TEST_P(KnownWilsonIntervals, AreReproduced) {
  const auto& known = GetParam();
  const Interval interval = wilson_interval(known.hits, known.total);
  EXPECT_NEAR(interval.low, known.low, 1e-14);
  EXPECT_NEAR(interval.high, known.high, 1e-14);
}

TEST(WilsonInterval, HoldsTheProportionAndStaysWithinZeroAndOne) {
  for (const int total : {1, 2, 7, 56, 872})
    for (int hits = 0; hits <= total; ++hits) {
      const auto [low, high] = wilson_interval(hits, total);
      const double p = static_cast<double>(hits) / total;
      EXPECT_TRUE(0 <= low && low <= p && p <= high && high <= 1) << hits << " of " << total;
      EXPECT_NEAR(low, 1 - wilson_interval(total - hits, total).high, 1e-14) << hits << " of " << total;
    }
}

TEST(WilsonInterval, OfNoItemsOrImpossibleHitsIsAnError) {
  EXPECT_THROW((void)wilson_interval(0, 0), AnalysisError);
  EXPECT_THROW((void)wilson_interval(-1, 5), AnalysisError);
  EXPECT_THROW((void)wilson_interval(6, 5), AnalysisError);
}

TEST(Accuracy, IsTheShareOfRightPredictions) {
  const Accuracy accuracy = accuracy_of(std::vector{0, 1, 2, 1}, std::vector{0, 1, 1, 1});
  EXPECT_EQ(accuracy.right, 3);
  EXPECT_EQ(accuracy.items, 4);
  EXPECT_DOUBLE_EQ(accuracy.value, 0.75);
  EXPECT_THROW((void)accuracy_of(std::vector{0, 1}, std::vector{0}), AnalysisError);
  EXPECT_THROW((void)accuracy_of(std::vector<int>{}, std::vector<int>{}), AnalysisError);
}

}  // namespace
}  // namespace harsanyi
