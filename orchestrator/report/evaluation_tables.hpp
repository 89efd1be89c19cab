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
  std::vector<std::string> labels;
  std::vector<int> gold;  ///< [scored]
  std::vector<NamedSummary> methods;
};

/// Numbers of one table and method as ResultsFile returns them.
struct StoredAnswers {
  std::vector<float> scores;     ///< label_scores, or text_scores of generated texts
  std::vector<int> predictions;  ///< none for generated texts
};

/// Scored and calibration rows of one method, taken apart. @throws AnalysisError  if the lengths do not fit
[[nodiscard]] MethodAnswers answers_of(const ResultsTable& table, const StoredAnswers& stored);

/// @param methods  names; the first one is the reference
/// @param stored   [methods]
/// @throws AnalysisError  as `answers_of` and `summarise_method`, naming model, benchmark and method
[[nodiscard]] EvaluatedBenchmark evaluate_benchmark(const ResultsTable& table,
                                                    std::span<const std::string> methods,
                                                    std::span<const StoredAnswers> stored);

/// All tables of a results file. @throws AnalysisError  as `evaluate_benchmark`.
[[nodiscard]] std::vector<EvaluatedBenchmark> evaluate_results(const ResultsFile& results);

/// The tables of `evaluated` that have rows, in the order in which they are read.
[[nodiscard]] std::vector<Table> evaluation_tables(std::span<const EvaluatedBenchmark> evaluated);

/// Model x benchmark x method, all but generated texts: accuracy with its interval, area under the curve,
/// accuracy with label offsets, how it was answered, length-normalised accuracy.
[[nodiscard]] Table accuracy_table(std::span<const EvaluatedBenchmark> evaluated);

/// Model x benchmark x method of generated texts: exact match and F1.
[[nodiscard]] Table text_table(std::span<const EvaluatedBenchmark> evaluated);

/// Every method but the first against the first: difference, interval, McNemar p, changed items.
[[nodiscard]] Table comparison_table(std::span<const EvaluatedBenchmark> evaluated);

/// Where a model answered both `trec_fixed` and `trec_as_released`: the accuracies, and what a classifier
/// that is right in meaning would score under the released order of label words (spec prompts.md section 3).
[[nodiscard]] Table trec_table(std::span<const EvaluatedBenchmark> evaluated);

/// Mean accuracy, generated texts left out, over the benchmarks of each (model, method). Where a benchmark's
/// name begins with "trec" and others do not, also without it: its published label order disagrees with the
/// data set (spec gac.md section 8), and it moves the mean more than all others.
[[nodiscard]] Table mean_table(std::span<const EvaluatedBenchmark> evaluated);

}  // namespace harsanyi
