#pragma once

#include <string>
#include <vector>

#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/row.hpp"

namespace harsanyi {

/// Options and right answer of a multiple-choice row.
struct ChoiceRow {
  std::vector<std::string> options;  ///< 2 to 7
  int gold = 0;                      ///< index into options
  std::string answer;                ///< as a solved example shows it: the raw key, or the letter of an index
};

/// @throws BenchmarkError  naming file, line and field
[[nodiscard]] ChoiceRow read_choice_row(const Benchmark& benchmark, const Row& row);

/// "A" for 0, up to "G" for 6.
[[nodiscard]] std::string option_letter(int option);
/// The letters of that many options, in order.
[[nodiscard]] std::vector<std::string> option_letters(int options);

}  // namespace harsanyi
