#pragma once

#include <span>
#include <vector>

namespace harsanyi {

/// Mean logit of each label over calibration rows. Subtracting it takes out the model's preference for a
/// label word whatever the question; no right label is used.
/// @param logits  [rows, labels] row-major, finite
/// @return        [labels]
/// @throws AnalysisError  if there is no row, the length is no multiple of `labels`, or a logit is not finite
[[nodiscard]] std::vector<double> mean_label_logits(std::span<const float> logits, int labels);

/// Arg-max of logits - offsets of each row; the first of equals.
/// @param logits   [rows, labels] row-major, finite
/// @param offsets  [labels]; zeros give the plain prediction
/// @return         [rows] label indices
/// @throws AnalysisError  if the lengths do not fit, or a logit is not finite
[[nodiscard]] std::vector<int> predict(std::span<const float> logits, std::span<const double> offsets);

}  // namespace harsanyi
