#pragma once

#include "partition/game/conventions.hpp"
#include "worker/model/aten.hpp"
#include "worker/model/visible_keys.hpp"

namespace harsanyi {

// C copies, H query heads, E edited heads, T query rows: the last T of N positions.

/// Calibration of some heads of one layer.
struct HeadCalibration {
  double alpha = 0.1;  ///< a token is focused if its column average exceeds alpha
  double beta = 0.1;   ///< factor on focused entries
  Redistribution redistribution = Redistribution::proportional;
  at::Tensor edited_heads;  ///< [E] int64, ascending; defined and not empty
};

/// Average attention that each token receives from the rows that can see it (GAC, Eq. 9 in the reading of
/// spec gac.md section 7): a[m] = sum of column m over rows m ... N-1, divided by N - m. Under a sliding
/// window w, column m is seen by rows m ... min(m + w, N) - 1, and their number divides.
/// @param maps  [..., N, N] causal, after the softmax
/// @return      [..., N]
[[nodiscard]] at::Tensor column_average(const at::Tensor& maps, AttentionWindow window = {});

/// [tokens] how many of the first `tokens` rows see each column: the divisor of column_average.
[[nodiscard]] at::Tensor rows_that_see(std::int64_t tokens, AttentionWindow window, at::TensorOptions type);

/// Focused tokens (GAC, Eq. 10): average above alpha, never token 0.
/// @param averages  [..., N]  @return  booleans of the same shape
[[nodiscard]] at::Tensor focused_tokens(const at::Tensor& averages, double alpha);

/// GAC, Eq. 11-12, on the edited heads: entries of focused tokens shrink by beta, the freed mass of a row
/// goes to its other visible entries: in proportion to them, or in equal parts. Rows keep their sum; a row
/// whose other entries sum to 0 stays as it is.
/// @param maps     [C, H, T, N]; heads outside `edited_heads` are returned unchanged
/// @param focused  [C, E, N] booleans
[[nodiscard]] at::Tensor redistribute(const at::Tensor& maps, const at::Tensor& focused,
                                      const HeadCalibration& calibration, AttentionWindow window = {});

/// GAC, Eq. 9-12, on whole maps: focused tokens by the maps' own column averages, then `redistribute`.
/// @param maps  [C, H, N, N]
[[nodiscard]] at::Tensor calibrate_heads(const at::Tensor& maps, const HeadCalibration& calibration,
                                         AttentionWindow window = {});

}  // namespace harsanyi
