#pragma once

#include <map>
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

/// Where the rows of a split lie: `instead` if given, else <data>/<folder>/<split>.jsonl.
/// @throws ConfigError  for a benchmark without data of its own (kind tokens) and no `instead`
[[nodiscard]] std::filesystem::path rows_file(const Benchmark& benchmark, const DataOptions& options,
                                              const std::string& split, const std::filesystem::path& instead,
                                              const std::string& option);

/// Adds what decides the prompts: the file's hash and a hash of the token ids, labels and gold answers.
void add_rows(Identity& identity, const std::string& prefix, const PreparedRows& rows);

}  // namespace harsanyi
