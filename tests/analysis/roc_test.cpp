#include "orchestrator/analysis/roc.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Every pair of a positive and a negative item, counted.
double auc_by_pairs(const std::vector<double>& scores, const std::vector<int>& classes) {
  double won = 0;
  double pairs = 0;
  for (std::size_t p = 0; p < scores.size(); ++p)
    for (std::size_t n = 0; n < scores.size(); ++n)
      if (classes[p] == 1 && classes[n] == 0) {
        pairs += 1;
        won += scores[p] > scores[n] ? 1.0 : (scores[p] == scores[n] ? 0.5 : 0.0);
      }
  return won / pairs;
}

TEST(AreaUnderRoc, EqualsScikitLearnWithTies) {
  // scikit-learn: roc_auc_score(classes, scores)
  const std::vector<double> scores{0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.6, 2.5, 0.4, 0.1};
  const std::vector<int> classes{0, 0, 1, 1, 1, 0, 1, 1, 0, 1};
  EXPECT_NEAR(area_under_roc(scores, classes).value(), 0.6666666666666666, 1e-14);
}

TEST(AreaUnderRoc, EqualsTheCountOfPairs) {
  std::mt19937_64 bits{3};
  for (int round = 0; round < 50; ++round) {
    std::vector<double> scores(40);
    std::vector<int> classes{0, 1};
    for (double& score : scores) score = static_cast<double>(bits() % 9);  // many ties
    while (classes.size() < scores.size()) classes.push_back(static_cast<int>(bits() % 2));
    EXPECT_NEAR(area_under_roc(scores, classes).value(), auc_by_pairs(scores, classes), 1e-12);
  }
}

TEST(AreaUnderRoc, DoesNotChangeWhenAllScoresMoveAndIsMirroredByTheSign) {
  const std::vector<int> classes{0, 1, 1, 0, 1};
  const std::vector<double> scores{0.5, 1.5, -1.0, 0.25, 0.5};
  std::vector<double> shifted;
  std::vector<double> negated;
  for (const double s : scores) {
    shifted.push_back(s + 8);
    negated.push_back(-s);
  }
  const double auc = area_under_roc(scores, classes).value();
  EXPECT_DOUBLE_EQ(area_under_roc(shifted, classes).value(), auc);
  EXPECT_DOUBLE_EQ(area_under_roc(negated, classes).value(), 1 - auc);
}

TEST(AreaUnderRoc, IsOneForAPerfectOrderAndHalfForNone) {
  EXPECT_EQ(area_under_roc(std::vector{1.0, 2.0, 3.0, 4.0}, std::vector{0, 0, 1, 1}), 1.0);
  EXPECT_EQ(area_under_roc(std::vector{1.0, 1.0, 1.0, 1.0}, std::vector{0, 0, 1, 1}), 0.5);
}

TEST(AreaUnderRoc, NeedsBothClasses) {
  EXPECT_FALSE(area_under_roc(std::vector{1.0, 2.0}, std::vector{1, 1}).has_value());
  EXPECT_FALSE(area_under_roc(std::vector{1.0, 2.0}, std::vector{0, 0}).has_value());
  EXPECT_FALSE(area_under_roc(std::vector<double>{}, std::vector<int>{}).has_value());
}

TEST(AreaUnderRoc, RefusesWhatIsNoScoreOrNoClass) {
  EXPECT_THROW((void)area_under_roc(std::vector{std::nan(""), 2.0}, std::vector{0, 1}), AnalysisError);
  EXPECT_THROW((void)area_under_roc(std::vector{1.0, 2.0}, std::vector{0, 2}), AnalysisError);
  EXPECT_THROW((void)area_under_roc(std::vector{1.0}, std::vector{0, 1}), AnalysisError);
}

}  // namespace
}  // namespace harsanyi
