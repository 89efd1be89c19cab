#include "orchestrator/analysis/method_summary.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Six items of two labels; predictions 0 1 1 0 0 1.
MethodAnswers two_labels() {
  return {.labels = 2,
          .gold = {0, 1, 0, 1, 1, 1},
          .predictions = {0, 1, 1, 0, 0, 1},
          .logits = {2.0F, 1.0F, 0.5F, 1.5F, -1.0F, -0.5F, 3.0F, 3.0F, 0.25F, -0.75F, 1.0F, 4.0F},
          .calibration_logits = {},
          .normalised_predictions = {},
          .text_scores = {}};
}

TEST(MethodSummary, HoldsAccuracyAndAucOfTwoLabels) {
  // numpy: (x.argmax(1) == gold).mean(); scikit-learn: roc_auc_score(gold, x[:, 1] - x[:, 0])
  const MethodSummary summary = summarise_method(two_labels(), nullptr);
  EXPECT_EQ(summary.accuracy.right, 3);
  EXPECT_EQ(summary.accuracy.items, 6);
  ASSERT_TRUE(summary.auc.has_value());
  EXPECT_DOUBLE_EQ(*summary.auc, 0.6875);
  EXPECT_FALSE(summary.with_label_offsets.has_value());
  EXPECT_FALSE(summary.against_reference.has_value());
}

TEST(MethodSummary, LearnsLabelOffsetsOnTheCalibrationRowsAlone) {
  MethodAnswers answers = two_labels();
  for (std::size_t i = 0; i < answers.logits.size(); i += 2) answers.logits[i] += 10.0F;
  answers.predictions.assign(6, 0);
  answers.calibration_logits = {10.0F, 0.0F, 10.5F, 0.5F};
  const MethodSummary summary = summarise_method(answers, nullptr);
  EXPECT_EQ(summary.accuracy.right, 2);
  ASSERT_TRUE(summary.with_label_offsets.has_value());
  EXPECT_EQ(summary.with_label_offsets->right, 3);
  EXPECT_DOUBLE_EQ(*summary.auc, *summarise_method(two_labels(), nullptr).auc);
}

TEST(MethodSummary, ComparesWithTheReferenceOnTheSameItems) {
  const MethodAnswers reference = two_labels();
  MethodAnswers better = reference;
  better.predictions[3] = 1;
  const MethodSummary summary = summarise_method(better, &reference);
  ASSERT_TRUE(summary.against_reference.has_value());
  EXPECT_EQ(summary.against_reference->counts.wrong_to_right, 1);
  EXPECT_EQ(summary.against_reference->counts.right_to_wrong, 0);
  EXPECT_DOUBLE_EQ(summary.against_reference->difference, 1.0 / 6);
}

TEST(MethodSummary, HasNoAucBeyondTwoLabelsOrWithOneClass) {
  MethodAnswers three;
  three.labels = 3;
  three.gold = three.predictions = {2};
  three.logits = {0.0F, 1.0F, 2.0F};
  EXPECT_FALSE(summarise_method(three, nullptr).auc.has_value());
  MethodAnswers one_class = two_labels();
  one_class.gold.assign(6, 1);
  EXPECT_FALSE(summarise_method(one_class, nullptr).auc.has_value());
}

TEST(MethodSummary, RefusesAnswersThatDoNotFit) {
  const MethodAnswers good = two_labels();
  MethodAnswers bad = good;
  bad.gold[0] = 2;
  EXPECT_THROW((void)summarise_method(bad, nullptr), AnalysisError);
  bad = good;
  bad.gold.pop_back();
  EXPECT_THROW((void)summarise_method(bad, nullptr), AnalysisError);
  bad = good;
  bad.labels = 0;
  EXPECT_THROW((void)summarise_method(bad, nullptr), AnalysisError);
  bad = good;
  bad.logits[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)summarise_method(bad, nullptr), AnalysisError);
  bad = good;
  bad.predictions.pop_back();
  EXPECT_THROW((void)summarise_method(bad, nullptr), AnalysisError);
  bad = good;
  bad.gold[0] = 1;
  EXPECT_THROW((void)summarise_method(good, &bad), AnalysisError);
  MethodAnswers none;
  none.labels = 2;
  EXPECT_THROW((void)summarise_method(none, nullptr), AnalysisError);
}

}  // namespace
}  // namespace harsanyi
