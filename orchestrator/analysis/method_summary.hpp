#pragma once

#include <optional>
#include <vector>

#include "orchestrator/analysis/accuracy.hpp"
#include "orchestrator/analysis/paired.hpp"
#include "partition/plan/evaluation_plan.hpp"

namespace harsanyi {

/// What one method answered on one benchmark.
struct MethodAnswers {
  AnswerKind kind = AnswerKind::label_logits;
  int labels = 0;
  std::vector<int> gold;  ///< [scored] index of the right label; generated texts: 0
  /// [scored] index of the label that was answered, -1 for none; generated texts: 0 for an exact match, else
  /// -1
  std::vector<int> predictions;
  std::vector<float> logits;              ///< label_logits: [scored, labels] row-major
  std::vector<float> calibration_logits;  ///< label_logits: [calibration, labels] row-major; may be empty
  std::vector<int>
      normalised_predictions;      ///< option_likelihood: [scored] by log-likelihood over text length
  std::vector<float> text_scores;  ///< generated_text: [scored, kTextMeasures]
};

/// What is reported of generated texts beside exact match.
struct TextSummary {
  double f1 = 0.0;                 ///< mean, best of the right answers
  Interval f1_interval;            ///< normal approximation, at kConfidence; not outside [0, 1]
  double exact_match_first = 0.0;  ///< mean, against the first right answer alone
  double f1_first = 0.0;
};

/// What is reported of one method on one benchmark.
struct MethodSummary {
  AnswerKind kind = AnswerKind::label_logits;
  Accuracy accuracy;          ///< of the predictions; generated texts: exact match, best of the right answers
  std::optional<double> auc;  ///< of the log-odds of label 1; two labels that both occur, else nothing
  std::optional<Accuracy>
      with_label_offsets;  ///< after subtracting the mean label logits of the calibration rows
  std::optional<Accuracy> length_normalised;          ///< option_likelihood (lm-evaluation-harness: acc_norm)
  std::optional<TextSummary> text;                    ///< generated_text
  std::optional<PairedComparison> against_reference;  ///< predictions against the reference method's
};

/// @param reference  answers of the method to compare with, on the same items; null for the reference itself
/// @throws AnalysisError  if lengths do not fit, there is no scored item, a right label is outside the
///         labels, a logit or score is not finite, or the reference answered other items
[[nodiscard]] MethodSummary summarise_method(const MethodAnswers& answers, const MethodAnswers* reference);

}  // namespace harsanyi
