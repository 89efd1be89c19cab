#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "orchestrator/config/option_set.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {

/// Which of a benchmark's files.
enum class BenchmarkSplit { calibration, scored };

template <>
struct EnumNames<BenchmarkSplit> {
  static constexpr std::string_view kind = "split of a benchmark";
  static constexpr std::array names{std::pair{BenchmarkSplit::calibration, std::string_view{"calibration"}},
                                    std::pair{BenchmarkSplit::scored, std::string_view{"scored"}}};
};

/// inspect benchmark: show what the model would see of a benchmark's rows.
struct InspectBenchmarkOptions {
  std::string benchmark;
  std::filesystem::path model;
  std::filesystem::path data = "data";
  std::filesystem::path benchmark_table;  ///< empty: the program's own
  std::filesystem::path rows_file;        ///< instead of the split's file; empty: the benchmark's own
  BenchmarkSplit split = BenchmarkSplit::scored;
  int rows = 3;
  ChoiceScoring scoring = ChoiceScoring::next_token;
  LetterRule letters = LetterRule::in_context;
  bool strip_trailing_space = false;
  int shots = 0;
  std::uint64_t shots_seed = 42;
  LongRows long_rows = LongRows::stop;
};

void describe(OptionSet& set, InspectBenchmarkOptions& options);

}  // namespace harsanyi
