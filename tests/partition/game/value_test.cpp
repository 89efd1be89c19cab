#include "partition/game/value.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/partition/game/random_game.hpp"

namespace harsanyi {
namespace {

/// ln(p / (1 - p)) as Eq. 3 writes it, in long double.
double log_odds_by_definition(const std::vector<float>& logits, std::size_t gold) {
  long double all = 0;
  for (const float logit : logits) all += std::exp(static_cast<long double>(logit));
  const long double p = std::exp(static_cast<long double>(logits[gold])) / all;
  return static_cast<double>(std::log(p / (1 - p)));
}

TEST(LogOddsOverLabels, EqualTheirDefinition) {
  for (std::size_t labels = 2; labels <= 6; ++labels) {
    std::vector<float> logits;
    for (const double x : random_numbers(labels, labels)) logits.push_back(static_cast<float>(x));
    for (std::size_t gold = 0; gold < labels; ++gold)
      EXPECT_NEAR(log_odds_over_labels(logits, static_cast<int>(gold)), log_odds_by_definition(logits, gold),
                  1e-9);
  }
}

TEST(LogOddsOverLabels, OfTwoLabelsAreTheDifferenceOfTheLogitsWithOppositeSigns) {
  const std::vector<float> logits{2.5F, -1.25F};
  EXPECT_DOUBLE_EQ(log_odds_over_labels(logits, 0), 3.75);
  EXPECT_DOUBLE_EQ(log_odds_over_labels(logits, 1), -3.75);
}

TEST(LogOddsOverLabels, DoNotChangeWhenAllLogitsMoveByTheSame) {
  EXPECT_DOUBLE_EQ(log_odds_over_labels(std::vector{1.0F, 2.0F, 4.0F}, 1),
                   log_odds_over_labels(std::vector{1025.0F, 1026.0F, 1028.0F}, 1));
}

TEST(LogOddsOverLabels, KeepTheirDigitsWhereOneMinusPWouldVanish) {
  // p differs from 1 by 2e-9, which float32 cannot tell.
  EXPECT_DOUBLE_EQ(log_odds_over_labels(std::vector{20.0F, 0.0F}, 0), 20.0);
}

TEST(LogOddsOverLabels, AreClippedAtThirty) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(log_odds_over_labels(std::vector{500.0F, 0.0F}, 0), kValueClip);
  EXPECT_EQ(log_odds_over_labels(std::vector{500.0F, 0.0F}, 1), -kValueClip);
  EXPECT_EQ(log_odds_over_labels(std::vector{0.0F, -inf, -inf}, 0), kValueClip);
  EXPECT_EQ(log_odds_over_labels(std::vector{0.0F, inf, 1.0F}, 0), -kValueClip);
}

TEST(LogOddsOverLabels, AreNaNWhereTheLogitsSayNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(log_odds_over_labels(std::vector{nan, 0.0F}, 0)));
  EXPECT_TRUE(std::isnan(log_odds_over_labels(std::vector{0.0F, 1.0F, nan}, 0)));
  EXPECT_TRUE(std::isnan(log_odds_over_labels(std::vector{inf, inf}, 0)));
}

TEST(LogOddsOverLabels, RefuseAGoldLabelOutsideAndASingleLabel) {
  EXPECT_THROW((void)log_odds_over_labels(std::vector{1.0F}, 0), GameError);
  EXPECT_THROW((void)log_odds_over_labels(std::vector{1.0F, 2.0F}, 2), GameError);
  EXPECT_THROW((void)log_odds_over_labels(std::vector{1.0F, 2.0F}, -1), GameError);
}

TEST(LogOddsOverVocabulary, AreTheLogitAgainstTheRestClippedAndNaNForNaN) {
  EXPECT_DOUBLE_EQ(log_odds_over_vocabulary(1.5, 4.0), -2.5);
  EXPECT_EQ(log_odds_over_vocabulary(99.0, 0.0), kValueClip);
  EXPECT_TRUE(std::isnan(log_odds_over_vocabulary(std::nan(""), 0.0)));
}

TEST(OnScale, ProbabilityIsTheOneWhoseLogOddsItIs) {
  for (const double p : {1e-9, 0.25, 0.5, 0.999})
    EXPECT_NEAR(on_scale(std::log(p / (1 - p)), ValueScale::probability), p, 1e-12);
  EXPECT_EQ(on_scale(0.0, ValueScale::probability), 0.5);
  EXPECT_EQ(on_scale(-3.5, ValueScale::measured), -3.5);
  EXPECT_TRUE(std::isnan(on_scale(std::numeric_limits<double>::quiet_NaN(), ValueScale::probability)));
}

}  // namespace
}  // namespace harsanyi
