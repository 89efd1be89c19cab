#pragma once

#include <span>
#include <string>
#include <vector>

#include "orchestrator/analysis/method_summary.hpp"
#include "orchestrator/report/table.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// One method of one (model, benchmark).
struct NamedSummary {
  std::string method;
  MethodSummary summary;
};

/// One (model, benchmark), summarised. The first method is the reference of all the others.
struct EvaluatedBenchmark {
  std::string model;
  std::string benchmark;
  std::vector<NamedSummary> methods;
};

/// Scored and calibration rows of one method, taken apart.
/// @param label_logits  [items, labels] of `table`, row-major
/// @throws AnalysisError  if the lengths do not fit
[[nodiscard]] MethodAnswers answers_of(const ResultsTable& table, std::span<const float> label_logits);

/// @param methods       names; the first one is the reference
/// @param label_logits  [methods], each [items, labels]
/// @throws AnalysisError  as `answers_of` and `summarise_method`, naming model, benchmark and method
[[nodiscard]] EvaluatedBenchmark evaluate_benchmark(const ResultsTable& table,
                                                    std::span<const std::string> methods,
                                                    std::span<const std::vector<float>> label_logits);

/// All tables of a results file. @throws AnalysisError  as `evaluate_benchmark`.
[[nodiscard]] std::vector<EvaluatedBenchmark> evaluate_results(const ResultsFile& results);

/// Model x benchmark x method: accuracy with its interval, area under the curve, accuracy with label offsets.
[[nodiscard]] Table accuracy_table(std::span<const EvaluatedBenchmark> evaluated);

/// Every method but the first against the first: difference, interval, McNemar p, changed items.
[[nodiscard]] Table comparison_table(std::span<const EvaluatedBenchmark> evaluated);

/// Mean accuracy over the benchmarks of each (model, method). Where a benchmark's name begins with "trec" and
/// others do not, also without it: its published label order disagrees with the data set (spec gac.md section
/// 8), and it moves the mean more than all others.
[[nodiscard]] Table mean_table(std::span<const EvaluatedBenchmark> evaluated);

}  // namespace harsanyi
