#pragma once

#include "worker/intervention/calibration.hpp"

namespace harsanyi {

/// Sums of the columns of one sequence's maps in one layer, row after row: the statistics of Eq. 9 for a
/// sequence that grows.
class ColumnSums {
 public:
  /// @param rows  [C, E, T, N] maps before calibration: the next T rows, seeing N tokens
  void add(const at::Tensor& rows);
  /// [C, E, N]: what column_average gives for all rows so far as one map.
  [[nodiscard]] at::Tensor average(AttentionWindow window) const;

 private:
  at::Tensor sums_CEN_;
};

/// Calibration of one sequence in one layer while it is decoded with a key/value cache. The prompt's maps are
/// calibrated as a whole; `DecodeCalibration` says what happens to the row of each later token:
/// - prefill_only: nothing;
/// - row_only: `calibrate_row_as_released`;
/// - running: Eq. 10-12 with column averages over all rows so far, the prompt's included.
class DecodingCalibrator {
 public:
  /// @throws ModelError  for row_only with uniform redistribution, which the release does not have
  DecodingCalibrator(HeadCalibration calibration, DecodeCalibration mode, AttentionWindow window);

  /// @param maps  [1, H, N, N] of the prompt; after it [1, H, 1, N] per token
  [[nodiscard]] at::Tensor operator()(const at::Tensor& maps);

 private:
  HeadCalibration calibration_;
  DecodeCalibration mode_;
  AttentionWindow window_;
  ColumnSums sums_;
};

/// What the released code does to the one-row map of a cached step (shared/oracle README, `cal_code`; spec
/// act.md section 3): F = {t >= 1 : A[t] > alpha}, m = sum of A[F]; A'[t] = (beta in F, else 1) A[t] +
/// (1 - beta) m A[t]; then A'[0] = 1, so that the row sums to more than 1.
/// @param maps  [C, H, 1, N]
[[nodiscard]] at::Tensor calibrate_row_as_released(const at::Tensor& maps,
                                                   const HeadCalibration& calibration);

}  // namespace harsanyi
