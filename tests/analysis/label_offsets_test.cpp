#include "orchestrator/analysis/label_offsets.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

TEST(LabelOffsets, AreTheMeanLogitOfEachLabel) {
  EXPECT_EQ(mean_label_logits(std::vector{1.0F, 2.0F, 3.0F, 5.0F, 0.0F, -1.0F}, 3),
            (std::vector{3.0, 1.0, 1.0}));
}

TEST(Predict, IsTheFirstOfTheLargestLogits) {
  EXPECT_EQ(predict(std::vector{1.0F, 2.0F, 2.0F, 5.0F, 5.0F, -1.0F}, std::vector{0.0, 0.0, 0.0}),
            (std::vector{1, 0}));
}

TEST(Predict, TakesOffTheOffsets) {
  EXPECT_EQ(predict(std::vector{5.0F, 1.0F, 7.0F, 1.0F}, std::vector{6.0, 1.0}), (std::vector{1, 0}));
}

TEST(Predict, AfterOffsetsDoesNotFeelABiasTowardsALabel) {
  const std::vector<float> calibration{0.5F, -0.25F, 1.0F, 2.0F, -1.0F, 0.75F};
  const std::vector<float> scored{0.25F, 0.5F, 2.0F, -1.0F};
  const auto biased = [](std::vector<float> logits) {
    for (std::size_t i = 0; i < logits.size(); i += 2) logits[i] += 4.0F;
    return logits;
  };
  EXPECT_EQ(predict(scored, mean_label_logits(calibration, 2)),
            predict(biased(scored), mean_label_logits(biased(calibration), 2)));
  EXPECT_NE(predict(biased(scored), std::vector{0.0, 0.0}), predict(scored, std::vector{0.0, 0.0}));
}

TEST(LabelOffsets, RefuseRowsThatWereNotComputedAndTablesThatDoNotFit) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)mean_label_logits(std::vector{1.0F, nan}, 2), AnalysisError);
  EXPECT_THROW((void)predict(std::vector{1.0F, nan}, std::vector{0.0, 0.0}), AnalysisError);
  EXPECT_THROW((void)mean_label_logits(std::vector<float>{}, 2), AnalysisError);
  EXPECT_THROW((void)mean_label_logits(std::vector{1.0F, 2.0F, 3.0F}, 2), AnalysisError);
  EXPECT_THROW((void)mean_label_logits(std::vector{1.0F}, 0), AnalysisError);
  EXPECT_THROW((void)mean_label_logits(std::vector{1.0F}, -1), AnalysisError);
  EXPECT_THROW((void)predict(std::vector{1.0F}, std::vector<double>{}), AnalysisError);
}

}  // namespace
}  // namespace harsanyi
