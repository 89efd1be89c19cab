#pragma once

#include "partition/game/conventions.hpp"
#include "worker/model/aten.hpp"

namespace harsanyi {

/// Calibration of some heads of one layer.
struct HeadCalibration {
  double alpha = 0.1;  ///< a token is focused if its column average exceeds alpha
  double beta = 0.1;   ///< factor on focused entries
  Redistribution redistribution = Redistribution::proportional;
  at::Tensor edited_heads;  ///< [E] int64, ascending; defined and not empty
};

/// Average attention that each token receives from the rows that can see it (GAC, Eq. 9 in the reading of
/// spec gac.md section 7): a[m] = sum of column m over rows m ... N-1, divided by N - m.
/// @param maps  [..., N, N] causal, after the softmax
/// @return      [..., N]
[[nodiscard]] at::Tensor column_average(const at::Tensor& maps);

/// GAC, Eq. 10-12: entries of focused tokens (average above alpha, never token 0) shrink by beta, the freed
/// mass of a row goes to its other visible entries: in proportion to them, or in equal parts. Rows keep their
/// sum; a row whose other entries sum to 0 stays as it is.
/// @param maps  [C, H, N, N]; heads outside `edited_heads` are returned unchanged
[[nodiscard]] at::Tensor calibrate_heads(const at::Tensor& maps, const HeadCalibration& calibration);

}  // namespace harsanyi
