#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace harsanyi {

/// One question as the model sees it.
struct Prompt {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> label_tokens =
      {};        ///< one token per possible answer; empty where answers are texts
  int gold = 0;  ///< index of the right answer in label_tokens or continuations
  std::vector<std::vector<std::int32_t>> continuations = {};  ///< option texts that may follow `tokens`
};

/// Number of leading tokens that all prompts share, at most one less than the shortest has, so that each
/// keeps a row of its own; 0 for fewer than two prompts.
[[nodiscard]] std::int64_t shared_prefix(std::span<const Prompt> prompts);

}  // namespace harsanyi
