#include "worker/intervention/decode_calibration.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_tensors.hpp"

namespace harsanyi {
namespace {

constexpr int kPrompt = 6;
constexpr int kTokens = 11;

/// A random causal map [1, 3, N, N] of a whole sequence, float64; `window` as in visible_keys.
at::Tensor random_map(AttentionWindow window = {}) {
  const at::Tensor scores =
      random_uniform({1, 3, kTokens, kTokens}, at::kDouble).pow(6) * visible_keys(kTokens, kTokens, window);
  return scores / scores.sum(-1, true);
}

HeadCalibration all_heads(Redistribution rule = Redistribution::proportional) {
  return {.alpha = 0.1, .beta = 0.2, .redistribution = rule, .edited_heads = at::tensor({0L, 2L})};
}

/// Rows first ... last - 1 of a map as a step sees them: over the tokens so far alone.
at::Tensor rows_of(const at::Tensor& map, std::int64_t first, std::int64_t last) {
  return map.narrow(2, first, last - first).narrow(3, 0, last);
}

TEST(ColumnSums, AreThoseOfTheRowsPutTogether) {
  for (const AttentionWindow window : {AttentionWindow{}, AttentionWindow{4}}) {
    const at::Tensor map = random_map(window);
    ColumnSums sums;
    sums.add(rows_of(map, 0, kPrompt));
    for (std::int64_t tokens = kPrompt + 1; tokens <= kTokens; ++tokens) {
      sums.add(rows_of(map, tokens - 1, tokens));
      EXPECT_TRUE(
          sums.average(window).allclose(column_average(rows_of(map, 0, tokens), window), 1e-12, 1e-12));
    }
  }
}

TEST(RunningCalibration, GivesTheLastRowOfTheWholeMapsCalibration) {
  for (const Redistribution rule : {Redistribution::proportional, Redistribution::uniform})
    for (const AttentionWindow window : {AttentionWindow{}, AttentionWindow{4}}) {
      const at::Tensor map = random_map(window);
      DecodingCalibrator calibrate{all_heads(rule), DecodeCalibration::running, window};
      EXPECT_TRUE(calibrate(rows_of(map, 0, kPrompt))
                      .equal(calibrate_heads(rows_of(map, 0, kPrompt), all_heads(rule), window)));
      for (std::int64_t tokens = kPrompt + 1; tokens <= kTokens; ++tokens) {
        const at::Tensor whole = calibrate_heads(rows_of(map, 0, tokens), all_heads(rule), window);
        const at::Tensor row = calibrate(rows_of(map, tokens - 1, tokens));
        EXPECT_TRUE(row.allclose(rows_of(whole, tokens - 1, tokens), 1e-12, 1e-12)) << tokens;
        EXPECT_FALSE(row.equal(rows_of(map, tokens - 1, tokens))) << "nothing was focused";
      }
    }
}

TEST(PrefillOnlyCalibration, LeavesTheRowsOfSteps) {
  const at::Tensor map = random_map();
  DecodingCalibrator calibrate{all_heads(), DecodeCalibration::prefill_only, {}};
  EXPECT_FALSE(calibrate(rows_of(map, 0, kPrompt)).equal(rows_of(map, 0, kPrompt)));
  const at::Tensor row = rows_of(map, kPrompt, kPrompt + 1);
  EXPECT_TRUE(calibrate(row).equal(row));
}

TEST(RowOnlyCalibration, EqualsTheReleasedFormulaEntryByEntry) {
  const at::Tensor map = random_map();
  const HeadCalibration calibration = all_heads();
  DecodingCalibrator calibrate{calibration, DecodeCalibration::row_only, {}};
  (void)calibrate(rows_of(map, 0, kPrompt));
  const at::Tensor row = rows_of(map, kPrompt, kPrompt + 1).contiguous();
  const at::Tensor result = calibrate(row).contiguous();
  for (const int head : {0, 1, 2}) {
    const double* before = row.const_data_ptr<double>() + head * (kPrompt + 1);
    const double* after = result.const_data_ptr<double>() + head * (kPrompt + 1);
    double mass = 0.0;
    for (int t = 1; t <= kPrompt; ++t) mass += before[t] > calibration.alpha ? before[t] : 0.0;
    if (head == 1) mass = 0.0;  // not edited
    EXPECT_EQ(after[0], head == 1 ? before[0] : 1.0);
    for (int t = 1; t <= kPrompt; ++t) {
      const bool focused = head != 1 && before[t] > calibration.alpha;
      EXPECT_NEAR(after[t],
                  (focused ? calibration.beta : 1.0) * before[t] + (1 - calibration.beta) * mass * before[t],
                  1e-12);
    }
  }
}

TEST(RowOnlyCalibration, KnowsNoUniformRedistribution) {
  EXPECT_THROW((DecodingCalibrator{all_heads(Redistribution::uniform), DecodeCalibration::row_only, {}}),
               ModelError);
}

}  // namespace
}  // namespace harsanyi
