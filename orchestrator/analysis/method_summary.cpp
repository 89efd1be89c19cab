#include "orchestrator/analysis/method_summary.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "orchestrator/analysis/label_offsets.hpp"
#include "orchestrator/analysis/roc.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_answers(const MethodAnswers& answers) {
  if (answers.labels < 1)
    throw AnalysisError{fmt::format("a benchmark with {} labels has no answers", answers.labels)};
  if (answers.gold.size() * static_cast<std::size_t>(answers.labels) != answers.logits.size())
    throw AnalysisError{fmt::format("{} logits for {} scored items of {} labels", answers.logits.size(),
                                    answers.gold.size(), answers.labels)};
  for (std::size_t i = 0; i < answers.gold.size(); ++i)
    if (answers.gold[i] < 0 || answers.gold[i] >= answers.labels)
      throw AnalysisError{fmt::format("right label {} of scored item {} is outside the {} labels",
                                      answers.gold[i], i, answers.labels)};
}

std::vector<int> plain_predictions(const MethodAnswers& answers) {
  return predict(answers.logits, std::vector(static_cast<std::size_t>(answers.labels), 0.0));
}

std::optional<double> auc_of(const MethodAnswers& answers) {
  if (answers.labels != 2) return std::nullopt;
  std::vector<double> log_odds(answers.gold.size());
  for (std::size_t i = 0; i < log_odds.size(); ++i)
    log_odds[i] = static_cast<double>(answers.logits[2 * i + 1]) - answers.logits[2 * i];
  return area_under_roc(log_odds, answers.gold);
}

}  // namespace

MethodSummary summarise_method(const MethodAnswers& answers, const MethodAnswers* reference) {
  require_answers(answers);
  const std::vector<int> predictions = plain_predictions(answers);
  MethodSummary summary;
  summary.accuracy = accuracy_of(predictions, answers.gold);
  summary.auc = auc_of(answers);
  if (!answers.calibration_logits.empty()) {
    const auto offsets = mean_label_logits(answers.calibration_logits, answers.labels);
    summary.with_label_offsets = accuracy_of(predict(answers.logits, offsets), answers.gold);
  }
  if (reference != nullptr) {
    require_answers(*reference);
    if (reference->gold != answers.gold)
      throw AnalysisError{
          "two methods can be compared only on the same items, and their right labels differ"};
    summary.against_reference = compare_paired(plain_predictions(*reference), predictions, answers.gold);
  }
  return summary;
}

}  // namespace harsanyi
