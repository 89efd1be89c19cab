#pragma once

#include <string>
#include <vector>

#include "orchestrator/config/data_options.hpp"
#include "orchestrator/job/model_facts.hpp"
#include "partition/base/identity.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {

/// The benchmarks that `options` names, in its order. @throws BenchmarkError
[[nodiscard]] std::vector<Benchmark> chosen_benchmarks(const DataOptions& options);

[[nodiscard]] bool any_needs_tokenizer(const std::vector<Benchmark>& benchmarks);

/// <data>/<folder>/<split>.jsonl.
/// @throws ConfigError  naming `option`, for a benchmark without data of its own
[[nodiscard]] std::filesystem::path split_file(const Benchmark& benchmark, const std::filesystem::path& data,
                                               const std::string& split, const std::string& option);

/// A file and which of its rows are used.
struct RowsSource {
  std::filesystem::path file;
  RowChoice choice;
};

/// Up to `samples` calibration rows, drawn by `seed`: of --calibration-rows if given, else of
/// <data>/<folder>/<calibration split>.jsonl, else, with --hold-out, of the rows held out of the scored
/// split.
/// @throws ConfigError  for a benchmark without data of its own (kind tokens) and no --calibration-rows
[[nodiscard]] RowsSource calibration_rows(const Benchmark& benchmark, const DataOptions& options, int samples,
                                          std::uint64_t seed);

/// `items` scored rows (0: all), the first ones or drawn by `seed`, of `instead`, else of
/// <data>/<folder>/<evaluation split>.jsonl, without the rows that `calibration_rows` may draw from it.
/// @throws ConfigError  as above, naming --scored-rows
[[nodiscard]] RowsSource scored_rows(const Benchmark& benchmark, const DataOptions& options,
                                     const std::filesystem::path& instead, int items, bool drawn,
                                     std::uint64_t seed);

/// How `options` have rows become prompts; the fields beside them as by default.
[[nodiscard]] PromptRules prompt_rules(const Benchmark& benchmark, const DataOptions& options);

[[nodiscard]] PreparedRows prepare_rows(const Benchmark& benchmark, const RowsSource& source,
                                        const ModelFacts& model, const PromptRules& rules);

/// Adds what decides the prompts: the file's hash and a hash of the token ids, labels and gold answers.
void add_rows(Identity& identity, const std::string& prefix, const PreparedRows& rows);

}  // namespace harsanyi
