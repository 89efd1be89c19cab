#pragma once

#include <span>

#include "partition/base/id.hpp"

namespace harsanyi {

/// The rows of prompts that are computed together, their shared prefix once; the letters of the formulas in
/// cost.hpp and memory.hpp.
struct UnitRows {
  double all = 0.0;          ///< R
  double pairs = 0.0;        ///< A: attended pairs
  double samples = 0.0;      ///< m
  double last_pairs = 0.0;   ///< sum(n_s): what the last row of each sample attends to
  double longest = 0.0;      ///< tokens of the longest prompt
  double longest_own = 0.0;  ///< of them after the prefix
};

[[nodiscard]] UnitRows unit_rows(std::span<const int> lengths, int shared_prefix);

/// The part of `tokens` that a unit's range names. @throws PlanError  if they do not cover it
[[nodiscard]] std::span<const int> lengths_of(std::span<const int> tokens, std::int64_t first,
                                              std::int64_t last);
template <class T>
[[nodiscard]] std::span<const int> lengths_of(std::span<const int> tokens, const Range<T>& range) {
  return lengths_of(tokens, range.first, range.last);
}

/// @throws PlanError  for a prompt shorter than `shortest`
void require_lengths(std::span<const int> tokens, int shortest);

}  // namespace harsanyi
