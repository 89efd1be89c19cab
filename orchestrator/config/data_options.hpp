#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/config/option_set.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {

/// Which benchmarks, and where their prompts and rows are.
struct DataOptions {
  std::vector<std::string> benchmarks;     ///< names of the benchmark table, in the order of the samples
  std::filesystem::path data = "data";     ///< holds <folder of the benchmark>/<split>.jsonl
  std::filesystem::path benchmark_table;   ///< folder of the prompt table; empty: the program's own
  std::filesystem::path calibration_rows;  ///< instead of the calibration split; empty: the benchmark's own
  int hold_out = 0;  ///< scored rows that serve as calibration rows where a benchmark has none; never scored
  LongRows long_rows = LongRows::stop;
  bool strip_trailing_space = false;
  LetterRule letters = LetterRule::in_context;
};

/// Adds the group "Data"; --benchmark is required.
void describe(OptionSet& set, DataOptions& options);

/// @throws ConfigError  for a benchmark named twice, or --calibration-rows with several benchmarks
void check(const DataOptions& options);

/// `named`, or, where that is empty, the one that comes with the program (shipped_folder).
[[nodiscard]] std::filesystem::path benchmark_table_folder(const std::filesystem::path& named);

}  // namespace harsanyi
