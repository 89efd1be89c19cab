#include "orchestrator/analysis/label_offsets.hpp"

#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Number of rows of a [rows, labels] table.
std::size_t rows_of(std::span<const float> logits, std::size_t labels) {
  if (labels == 0 || logits.size() % labels != 0)
    throw AnalysisError{fmt::format("{} logits are no table of {} labels per row", logits.size(), labels)};
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (!std::isfinite(logits[i]))
      throw AnalysisError{
          fmt::format("the logit of label {} of row {} is {}: the row was not computed, or the model "
                      "overflowed; run the evaluation to its end first",
                      i % labels, i / labels, logits[i])};
  return logits.size() / labels;
}

}  // namespace

std::vector<double> mean_label_logits(std::span<const float> logits, int labels) {
  std::vector<double> mean(static_cast<std::size_t>(labels < 0 ? 0 : labels), 0.0);
  const std::size_t rows = rows_of(logits, mean.size());
  if (rows == 0)
    throw AnalysisError{"label offsets need at least one calibration row; ask for some in the evaluation"};
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t label = 0; label < mean.size(); ++label)
      mean[label] += logits[row * mean.size() + label];
  for (double& value : mean) value /= static_cast<double>(rows);
  return mean;
}

std::vector<int> predict(std::span<const float> logits, std::span<const double> offsets) {
  std::vector<int> predictions(rows_of(logits, offsets.size()));
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    const auto score = [&](std::size_t label) {
      return logits[row * offsets.size() + label] - offsets[label];
    };
    std::size_t best = 0;
    for (std::size_t label = 1; label < offsets.size(); ++label)
      if (score(label) > score(best)) best = label;
    predictions[row] = static_cast<int>(best);
  }
  return predictions;
}

}  // namespace harsanyi
