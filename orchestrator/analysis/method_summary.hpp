#pragma once

#include <optional>
#include <vector>

#include "orchestrator/analysis/accuracy.hpp"
#include "orchestrator/analysis/paired.hpp"

namespace harsanyi {

/// What one method answered on one benchmark.
struct MethodAnswers {
  int labels = 0;
  std::vector<int> gold;                  ///< [scored] index of the right label
  std::vector<float> logits;              ///< [scored, labels] row-major
  std::vector<float> calibration_logits;  ///< [calibration, labels] row-major; may be empty
};

/// What is reported of one method on one benchmark.
struct MethodSummary {
  Accuracy accuracy;          ///< of the arg-max over the label logits
  std::optional<double> auc;  ///< of the log-odds of label 1; two labels that both occur, else nothing
  std::optional<Accuracy>
      with_label_offsets;  ///< after subtracting the mean label logits of the calibration rows
  std::optional<PairedComparison> against_reference;  ///< plain predictions against the reference method's
};

/// @param reference  answers of the method to compare with, on the same items; null for the reference itself
/// @throws AnalysisError  if lengths do not fit, there is no scored item, a right label is outside the
/// labels, a
///         logit is not finite, or the reference answered other items
[[nodiscard]] MethodSummary summarise_method(const MethodAnswers& answers, const MethodAnswers* reference);

}  // namespace harsanyi
