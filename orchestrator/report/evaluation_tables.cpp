#include "orchestrator/report/evaluation_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::string percent(double share) {
  return fmt::format("{:.2f}", 100 * share);
}

bool is_trec(const EvaluatedBenchmark& e) {
  return e.benchmark.starts_with("trec");
}

std::vector<std::string> accuracy_cells(const std::optional<Accuracy>& accuracy) {
  if (!accuracy) return {"", "", ""};
  return {percent(accuracy->value), percent(accuracy->interval.low), percent(accuracy->interval.high)};
}

std::vector<std::string> accuracy_row(const EvaluatedBenchmark& benchmark, const NamedSummary& method) {
  const MethodSummary& summary = method.summary;
  std::vector<std::string> row{benchmark.model, benchmark.benchmark, method.method,
                               std::to_string(summary.accuracy.items)};
  const auto append = [&](const std::vector<std::string>& cells) {
    row.insert(row.end(), cells.begin(), cells.end());
  };
  append(accuracy_cells(summary.accuracy));
  row.push_back(summary.auc ? fmt::format("{:.3f}", *summary.auc) : "");
  append(accuracy_cells(summary.with_label_offsets));
  row.emplace_back(name_of(summary.kind));
  row.push_back(summary.length_normalised ? percent(summary.length_normalised->value) : "");
  return row;
}

bool is_text(const EvaluatedBenchmark& e) {
  return !e.methods.empty() && e.methods.front().summary.kind == AnswerKind::generated_text;
}

std::vector<std::string> text_row(const EvaluatedBenchmark& benchmark, const NamedSummary& method) {
  const Accuracy& exact = method.summary.accuracy;
  const TextSummary& text = *method.summary.text;
  return {benchmark.model,
          benchmark.benchmark,
          method.method,
          std::to_string(exact.items),
          percent(exact.value),
          percent(exact.interval.low),
          percent(exact.interval.high),
          percent(text.f1),
          percent(text.f1_interval.low),
          percent(text.f1_interval.high),
          percent(text.exact_match_first),
          percent(text.f1_first)};
}

std::vector<std::string> comparison_row(const EvaluatedBenchmark& benchmark, const NamedSummary& method) {
  const PairedComparison& pair = *method.summary.against_reference;
  return {benchmark.model,
          benchmark.benchmark + (is_text(benchmark) ? " (exact match)" : ""),
          method.method,
          benchmark.methods.front().method,
          std::to_string(pair.counts.items()),
          fmt::format("{:+.2f}", 100 * pair.difference),
          fmt::format("{:+.2f}", 100 * pair.interval.low),
          fmt::format("{:+.2f}", 100 * pair.interval.high),
          fmt::format("{:.3g}", pair.mcnemar_p),
          std::to_string(pair.counts.right_to_wrong),
          std::to_string(pair.counts.wrong_to_right)};
}

/// Accuracies of one (model, method), in the order of their first appearance.
struct MeanRow {
  std::string model;
  std::string method;
  std::vector<double> all;
  std::vector<double> without_trec;
};

std::vector<MeanRow> mean_rows(std::span<const EvaluatedBenchmark> evaluated) {
  std::vector<MeanRow> rows;
  for (const EvaluatedBenchmark& benchmark : evaluated) {
    if (is_text(benchmark)) continue;
    for (const NamedSummary& named : benchmark.methods) {
      auto row = std::find_if(rows.begin(), rows.end(), [&](const MeanRow& r) {
        return r.model == benchmark.model && r.method == named.method;
      });
      if (row == rows.end()) row = rows.insert(rows.end(), {benchmark.model, named.method, {}, {}});
      row->all.push_back(named.summary.accuracy.value);
      if (!is_trec(benchmark)) row->without_trec.push_back(named.summary.accuracy.value);
    }
  }
  return rows;
}

// Share of items whose right label is the same word in both.
double share_of_equal_words(const EvaluatedBenchmark& a, const EvaluatedBenchmark& b) {
  int equal = 0;
  for (const int gold : a.gold)
    equal += a.labels[static_cast<std::size_t>(gold)] == b.labels[static_cast<std::size_t>(gold)] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(a.gold.size());
}

std::string mean_percent(const std::vector<double>& shares) {
  if (shares.empty()) return "";
  double sum = 0;
  for (const double share : shares) sum += share;
  return percent(sum / static_cast<double>(shares.size()));
}

// Index of the option with the largest log-likelihood per character, the first of equals.
int normalised_prediction(std::span<const float> log_likelihoods, std::span<const std::int32_t> lengths) {
  int best = -1;
  double best_score = 0.0;
  for (std::size_t option = 0; option < lengths.size(); ++option) {
    if (lengths[option] < 1) continue;  // the item has no such option
    const double score = static_cast<double>(log_likelihoods[option]) / lengths[option];
    if (best < 0 || score > best_score) {
      best = static_cast<int>(option);
      best_score = score;
    }
  }
  return best;
}

// One scored item of a table. @param scores  [labels or kTextMeasures] of the item
void add_scored(MethodAnswers& answers, const ResultsTable& table, std::size_t item,
                std::span<const float> scores, const StoredAnswers& stored) {
  if (table.answers == AnswerKind::generated_text) {
    answers.gold.push_back(0);
    answers.predictions.push_back(scores.front() > 0.5F ? 0 : -1);
    answers.text_scores.insert(answers.text_scores.end(), scores.begin(), scores.end());
    return;
  }
  answers.gold.push_back(table.items[item].gold);
  answers.predictions.push_back(stored.predictions[item]);
  if (table.answers == AnswerKind::label_logits)
    answers.logits.insert(answers.logits.end(), scores.begin(), scores.end());
  if (table.answers == AnswerKind::option_likelihood)
    answers.normalised_predictions.push_back(normalised_prediction(
        scores, std::span{table.option_lengths}.subspan(item * table.labels.size(), table.labels.size())));
}

}  // namespace

MethodAnswers answers_of(const ResultsTable& table, const StoredAnswers& stored) {
  const bool text = table.answers == AnswerKind::generated_text;
  const std::size_t width = text ? std::size_t{kTextMeasures} : table.labels.size();
  const std::size_t predictions = text ? 0 : table.items.size();
  if (stored.scores.size() != table.items.size() * width || stored.predictions.size() != predictions)
    throw AnalysisError{fmt::format("{} scores and {} predictions for {} items of width {}",
                                    stored.scores.size(), stored.predictions.size(), table.items.size(),
                                    width)};
  MethodAnswers answers;
  answers.kind = table.answers;
  answers.labels = text ? 1 : static_cast<int>(table.labels.size());
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    const auto scores = std::span{stored.scores}.subspan(i * width, width);
    if (table.items[i].part == ItemPart::scored)
      add_scored(answers, table, i, scores, stored);
    else if (table.answers == AnswerKind::label_logits)
      answers.calibration_logits.insert(answers.calibration_logits.end(), scores.begin(), scores.end());
  }
  return answers;
}

EvaluatedBenchmark evaluate_benchmark(const ResultsTable& table, std::span<const std::string> methods,
                                      std::span<const StoredAnswers> stored) {
  if (methods.size() != stored.size())
    throw AnalysisError{fmt::format("{}/{}: answers of {} methods for {} names", table.model, table.benchmark,
                                    stored.size(), methods.size())};
  EvaluatedBenchmark evaluated{
      .model = table.model, .benchmark = table.benchmark, .labels = table.labels, .gold = {}, .methods = {}};
  std::optional<MethodAnswers> reference;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    try {
      MethodAnswers answers = answers_of(table, stored[m]);
      evaluated.methods.push_back({methods[m], summarise_method(answers, reference ? &*reference : nullptr)});
      if (!reference) reference = std::move(answers);
    } catch (const AnalysisError& error) {
      throw AnalysisError{
          fmt::format("{}/{}, method {}: {}", table.model, table.benchmark, methods[m], error.what())};
    }
  }
  if (reference) evaluated.gold = reference->gold;
  return evaluated;
}

std::vector<EvaluatedBenchmark> evaluate_results(const ResultsFile& results) {
  const ResultsDescription& description = results.description();
  std::vector<EvaluatedBenchmark> evaluated;
  for (std::size_t t = 0; t < description.tables.size(); ++t) {
    const ResultsTable& table = description.tables[t];
    std::vector<StoredAnswers> stored;
    for (int method = 0; method < static_cast<int>(description.methods.size()); ++method) {
      const int number = static_cast<int>(t);
      if (table.answers == AnswerKind::generated_text)
        stored.push_back({results.text_scores(number, method), {}});
      else
        stored.push_back({results.label_scores(number, method), results.predictions(number, method)});
    }
    evaluated.push_back(evaluate_benchmark(table, description.methods, stored));
  }
  return evaluated;
}

std::vector<Table> evaluation_tables(std::span<const EvaluatedBenchmark> evaluated) {
  std::vector<Table> tables{accuracy_table(evaluated), text_table(evaluated), comparison_table(evaluated),
                            trec_table(evaluated)};
  if (evaluated.size() > 1) tables.push_back(mean_table(evaluated));
  std::erase_if(tables, [](const Table& table) { return table.rows.empty(); });
  return tables;
}

Table accuracy_table(std::span<const EvaluatedBenchmark> evaluated) {
  Table table{
      .name = "accuracy",
      .title = "Accuracy",
      .note =
          "In percent, with Wilson's 95 % interval. AUC: area under the ROC curve of the log-odds, for two "
          "labels. With label offsets: after subtracting each label's mean logit over the calibration rows, "
          "which takes out a preference for a label word; no right label is used for it. Answer: the arg-max "
          "over "
          "the label tokens (label_logits), the most likely token of the vocabulary read as a letter "
          "(next_token), or the option text of largest log-likelihood (option_likelihood; length-normalised: "
          "divided by its characters, as lm-evaluation-harness has acc_norm).",
      .columns = {"model", "benchmark", "method", "items", "accuracy", "low", "high", "AUC",
                  "accuracy with label offsets", "low (offsets)", "high (offsets)", "answer",
                  "length-normalised"},
      .rows = {}};
  for (const EvaluatedBenchmark& benchmark : evaluated)
    if (!is_text(benchmark))
      for (const NamedSummary& method : benchmark.methods)
        table.rows.push_back(accuracy_row(benchmark, method));
  return table;
}

Table text_table(std::span<const EvaluatedBenchmark> evaluated) {
  Table table{
      .name = "generated",
      .title = "Generated answers",
      .note =
          "In percent. Exact match with Wilson's 95 % interval, F1 of the bags of words with the normal "
          "one; both the best over all right answers, as SQuAD's script has it, then against the first "
          "right answer alone.",
      .columns = {"model", "benchmark", "method", "items", "exact match", "low", "high", "F1", "low (F1)",
                  "high (F1)", "exact match (first)", "F1 (first)"},
      .rows = {}};
  for (const EvaluatedBenchmark& benchmark : evaluated)
    if (is_text(benchmark))
      for (const NamedSummary& method : benchmark.methods) table.rows.push_back(text_row(benchmark, method));
  return table;
}

Table trec_table(std::span<const EvaluatedBenchmark> evaluated) {
  Table table{
      .name = "trec_orders",
      .title = "TREC under two orders of the label words",
      .note =
          "In percent. The released list of label words follows an older class order than the data set. "
          "Ceiling: what answers that are all right in meaning score under the released order.",
      .columns = {"model", "method", "items", "trec_fixed", "trec_as_released", "ceiling as released"},
      .rows = {}};
  for (const EvaluatedBenchmark& fixed : evaluated)
    for (const EvaluatedBenchmark& released : evaluated)
      if (fixed.benchmark == "trec_fixed" && released.benchmark == "trec_as_released" &&
          fixed.model == released.model && fixed.gold == released.gold)
        for (std::size_t m = 0; m < fixed.methods.size(); ++m)
          table.rows.push_back({fixed.model, fixed.methods[m].method, std::to_string(fixed.gold.size()),
                                percent(fixed.methods[m].summary.accuracy.value),
                                percent(released.methods.at(m).summary.accuracy.value),
                                percent(share_of_equal_words(fixed, released))});
  return table;
}

Table comparison_table(std::span<const EvaluatedBenchmark> evaluated) {
  Table table{
      .name = "comparison",
      .title = "Paired comparison on the same items",
      .note =
          "Difference of accuracies in percentage points, method minus reference, with Newcombe's 95 % "
          "interval for paired proportions (1998, method 10); exact two-sided McNemar p; items that the "
          "method changed. The p values are not corrected for the number of comparisons.",
      .columns = {"model", "benchmark", "method", "reference", "items", "difference", "low", "high",
                  "McNemar p", "right to wrong", "wrong to right"},
      .rows = {}};
  for (const EvaluatedBenchmark& benchmark : evaluated)
    for (const NamedSummary& method : benchmark.methods)
      if (method.summary.against_reference) table.rows.push_back(comparison_row(benchmark, method));
  return table;
}

Table mean_table(std::span<const EvaluatedBenchmark> evaluated) {
  const bool split = std::any_of(evaluated.begin(), evaluated.end(), is_trec) &&
                     !std::all_of(evaluated.begin(), evaluated.end(), is_trec);
  Table table{.name = "mean",
              .title = "Mean accuracy over benchmarks",
              .note =
                  "Plain mean of the accuracies in percent; every benchmark counts the same, generated "
                  "answers are left out.",
              .columns = {"model", "method", "benchmarks", "mean accuracy"},
              .rows = {}};
  if (split) {
    table.columns.emplace_back("mean accuracy without TREC");
    table.note += " TREC is also left out, since its published label order disagrees with the data set.";
  }
  for (const MeanRow& mean : mean_rows(evaluated)) {
    table.rows.push_back({mean.model, mean.method, std::to_string(mean.all.size()), mean_percent(mean.all)});
    if (split) table.rows.back().push_back(mean_percent(mean.without_trec));
  }
  return table;
}

}  // namespace harsanyi
