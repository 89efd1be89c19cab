#pragma once

#include <string>
#include <vector>

#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// The one token that " A", " B", ... each add behind `prompt` (spec prompts.md section 1, project rule).
/// @param prompt_tokens  `prompt` with special tokens
/// @param letters        how many, from A
/// @throws BenchmarkError  naming the letter, if " A" changes the prompt's own tokens or adds none or
/// several,
///         or if two letters share a token
[[nodiscard]] std::vector<TokenId> letter_tokens_in_context(const Tokenizer& tokenizer,
                                                            const std::string& prompt,
                                                            const std::vector<TokenId>& prompt_tokens,
                                                            int letters);

/// The second token of " A", " B", ... tokenised alone with special tokens (game_theory.py:207-209).
/// @throws BenchmarkError  naming the letter, where there is no second token, or if two letters share it
[[nodiscard]] std::vector<TokenId> letter_tokens_of_release(const Tokenizer& tokenizer, int letters);

}  // namespace harsanyi
