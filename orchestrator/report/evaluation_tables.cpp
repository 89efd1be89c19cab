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
  return row;
}

std::vector<std::string> comparison_row(const EvaluatedBenchmark& benchmark, const NamedSummary& method) {
  const PairedComparison& pair = *method.summary.against_reference;
  return {benchmark.model,
          benchmark.benchmark,
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
  for (const EvaluatedBenchmark& benchmark : evaluated)
    for (const NamedSummary& named : benchmark.methods) {
      auto row = std::find_if(rows.begin(), rows.end(), [&](const MeanRow& r) {
        return r.model == benchmark.model && r.method == named.method;
      });
      if (row == rows.end()) row = rows.insert(rows.end(), {benchmark.model, named.method, {}, {}});
      row->all.push_back(named.summary.accuracy.value);
      if (!is_trec(benchmark)) row->without_trec.push_back(named.summary.accuracy.value);
    }
  return rows;
}

std::string mean_percent(const std::vector<double>& shares) {
  if (shares.empty()) return "";
  double sum = 0;
  for (const double share : shares) sum += share;
  return percent(sum / static_cast<double>(shares.size()));
}

}  // namespace

MethodAnswers answers_of(const ResultsTable& table, std::span<const float> label_logits) {
  const std::size_t labels = table.labels.size();
  if (label_logits.size() != table.items.size() * labels)
    throw AnalysisError{
        fmt::format("{} logits for {} items of {} labels", label_logits.size(), table.items.size(), labels)};
  MethodAnswers answers{
      .labels = static_cast<int>(labels), .gold = {}, .logits = {}, .calibration_logits = {}};
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    const bool scored = table.items[i].part == ItemPart::scored;
    const auto row = label_logits.subspan(i * labels, labels);
    auto& logits = scored ? answers.logits : answers.calibration_logits;
    logits.insert(logits.end(), row.begin(), row.end());
    if (scored) answers.gold.push_back(table.items[i].gold);
  }
  return answers;
}

EvaluatedBenchmark evaluate_benchmark(const ResultsTable& table, std::span<const std::string> methods,
                                      std::span<const std::vector<float>> label_logits) {
  if (methods.size() != label_logits.size())
    throw AnalysisError{fmt::format("{}/{}: logits of {} methods for {} names", table.model, table.benchmark,
                                    label_logits.size(), methods.size())};
  EvaluatedBenchmark evaluated{.model = table.model, .benchmark = table.benchmark, .methods = {}};
  std::optional<MethodAnswers> reference;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    try {
      MethodAnswers answers = answers_of(table, label_logits[m]);
      evaluated.methods.push_back({methods[m], summarise_method(answers, reference ? &*reference : nullptr)});
      if (!reference) reference = std::move(answers);
    } catch (const AnalysisError& error) {
      throw AnalysisError{
          fmt::format("{}/{}, method {}: {}", table.model, table.benchmark, methods[m], error.what())};
    }
  }
  return evaluated;
}

std::vector<EvaluatedBenchmark> evaluate_results(const ResultsFile& results) {
  const ResultsDescription& description = results.description();
  std::vector<EvaluatedBenchmark> evaluated;
  for (std::size_t table = 0; table < description.tables.size(); ++table) {
    std::vector<std::vector<float>> logits;
    for (std::size_t method = 0; method < description.methods.size(); ++method)
      logits.push_back(results.label_logits(static_cast<int>(table), static_cast<int>(method)));
    evaluated.push_back(evaluate_benchmark(description.tables[table], description.methods, logits));
  }
  return evaluated;
}

Table accuracy_table(std::span<const EvaluatedBenchmark> evaluated) {
  Table table{
      .name = "accuracy",
      .title = "Accuracy",
      .note =
          "In percent, with Wilson's 95 % interval. AUC: area under the ROC curve of the log-odds, for two "
          "labels. With label offsets: after subtracting each label's mean logit over the calibration rows, "
          "which takes out a preference for a label word; no right label is used for it.",
      .columns = {"model", "benchmark", "method", "items", "accuracy", "low", "high", "AUC",
                  "accuracy with label offsets", "low (offsets)", "high (offsets)"},
      .rows = {}};
  for (const EvaluatedBenchmark& benchmark : evaluated)
    for (const NamedSummary& method : benchmark.methods)
      table.rows.push_back(accuracy_row(benchmark, method));
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
              .note = "Plain mean of the accuracies in percent; every benchmark counts the same.",
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
