#include "orchestrator/analysis/method_summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include "orchestrator/analysis/label_offsets.hpp"
#include "orchestrator/analysis/roc.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_lengths(const MethodAnswers& answers) {
  const std::size_t items = answers.gold.size();
  const auto labels = static_cast<std::size_t>(answers.labels);
  const auto require = [&](std::size_t found, std::size_t expected, std::string_view what) {
    if (found != expected)
      throw AnalysisError{fmt::format("{} {} for {} scored items of {} labels", found, what, items, labels)};
  };
  require(answers.predictions.size(), items, "predictions");
  require(answers.logits.size(), answers.kind == AnswerKind::label_logits ? items * labels : 0, "logits");
  require(answers.normalised_predictions.size(), answers.kind == AnswerKind::option_likelihood ? items : 0,
          "length-normalised predictions");
  require(answers.text_scores.size(),
          answers.kind == AnswerKind::generated_text ? items * std::size_t{kTextMeasures} : 0, "text scores");
}

void require_answers(const MethodAnswers& answers) {
  if (answers.labels < 1)
    throw AnalysisError{fmt::format("a benchmark with {} labels has no answers", answers.labels)};
  require_lengths(answers);
  for (std::size_t i = 0; i < answers.gold.size(); ++i)
    if (answers.gold[i] < 0 || answers.gold[i] >= answers.labels)
      throw AnalysisError{fmt::format("right label {} of scored item {} is outside the {} labels",
                                      answers.gold[i], i, answers.labels)};
}

std::optional<double> auc_of(const MethodAnswers& answers) {
  if (answers.labels != 2) return std::nullopt;
  std::vector<double> log_odds(answers.gold.size());
  for (std::size_t i = 0; i < log_odds.size(); ++i)
    log_odds[i] = static_cast<double>(answers.logits[2 * i + 1]) - answers.logits[2 * i];
  return area_under_roc(log_odds, answers.gold);
}

// [scored] one measure of generated texts. @throws AnalysisError  if one is not finite
std::vector<double> measure_of(const MethodAnswers& answers, std::size_t measure) {
  std::vector<double> values;
  for (std::size_t at = measure; at < answers.text_scores.size(); at += kTextMeasures) {
    const float value = answers.text_scores[at];
    if (!std::isfinite(value))
      throw AnalysisError{fmt::format("scored item {} has no score; run the evaluation to its end first",
                                      at / kTextMeasures)};
    values.push_back(value);
  }
  return values;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Interval interval_of_mean(const std::vector<double>& values) {
  const double mean = mean_of(values);
  const auto n = static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double z = boost::math::quantile(boost::math::normal{}, 0.5 + kConfidence / 2);
  const double half = values.size() > 1 ? z * std::sqrt(squares / (n - 1) / n) : 1.0;
  return {.low = std::max(0.0, mean - half), .high = std::min(1.0, mean + half)};
}

TextSummary text_summary(const MethodAnswers& answers) {
  const std::vector<double> f1 = measure_of(answers, 1);
  return {.f1 = mean_of(f1),
          .f1_interval = interval_of_mean(f1),
          .exact_match_first = mean_of(measure_of(answers, 2)),
          .f1_first = mean_of(measure_of(answers, 3))};
}

void summarise_logits(const MethodAnswers& answers, MethodSummary& summary) {
  summary.auc = auc_of(answers);
  if (answers.calibration_logits.empty()) return;
  const auto offsets = mean_label_logits(answers.calibration_logits, answers.labels);
  summary.with_label_offsets = accuracy_of(predict(answers.logits, offsets), answers.gold);
}

}  // namespace

MethodSummary summarise_method(const MethodAnswers& answers, const MethodAnswers* reference) {
  require_answers(answers);
  MethodSummary summary;
  summary.kind = answers.kind;
  summary.accuracy = accuracy_of(answers.predictions, answers.gold);
  if (answers.kind == AnswerKind::label_logits) summarise_logits(answers, summary);
  if (answers.kind == AnswerKind::option_likelihood)
    summary.length_normalised = accuracy_of(answers.normalised_predictions, answers.gold);
  if (answers.kind == AnswerKind::generated_text) summary.text = text_summary(answers);
  if (reference != nullptr) {
    require_answers(*reference);
    if (reference->gold != answers.gold)
      throw AnalysisError{
          "two methods can be compared only on the same items, and their right labels differ"};
    summary.against_reference = compare_paired(reference->predictions, answers.predictions, answers.gold);
  }
  return summary;
}

}  // namespace harsanyi
