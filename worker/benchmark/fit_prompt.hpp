#pragma once

#include <cstddef>

#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/row.hpp"

namespace harsanyi {

enum class Fit {
  whole,     ///< as it is
  cut,       ///< at the front, by LongRows::truncate_left
  too_long,  ///< to be left out, by LongRows::skip
};

/// Makes the prompt fit into the model's positions, less those kept for new tokens and the longest
/// continuation.
/// @param special_tokens  leading tokens that a cut keeps: the tokenizer's begin token
/// @throws BenchmarkError  naming the lengths, by LongRows::stop, or if a cut would leave nothing of the text
[[nodiscard]] Fit fit_prompt(const Row& row, Prompt& prompt, const ModelLimits& limits,
                             const PromptRules& rules, std::size_t special_tokens);

/// How many special tokens the tokenizer puts in front of a text.
[[nodiscard]] std::size_t leading_special_tokens(const Tokenizer& tokenizer);

}  // namespace harsanyi
