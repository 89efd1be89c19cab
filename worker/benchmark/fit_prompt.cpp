#include "worker/benchmark/fit_prompt.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace harsanyi {
namespace {

std::int64_t kept_for_answer(const Prompt& prompt, const PromptRules& rules) {
  std::size_t longest = 0;
  for (const auto& continuation : prompt.continuations) longest = std::max(longest, continuation.size());
  return static_cast<std::int64_t>(longest) + rules.new_tokens;
}

}  // namespace

Fit fit_prompt(const Row& row, Prompt& prompt, const ModelLimits& limits, const PromptRules& rules,
               std::size_t special_tokens) {
  const auto size = static_cast<std::int64_t>(prompt.tokens.size());
  const std::int64_t kept = kept_for_answer(prompt, rules);
  const std::int64_t room = limits.max_positions - kept;
  if (size <= room) return Fit::whole;
  if (rules.long_rows == LongRows::skip) return Fit::too_long;

  const auto error = [&](std::string_view remedy) {
    const std::string answer = kept == 0 ? "" : fmt::format(", of which the answer needs {}", kept);
    return row.error(fmt::format("the prompt has {} tokens, the model only {} positions{}; {}", size,
                                 limits.max_positions, answer, remedy));
  };
  if (rules.long_rows == LongRows::stop)
    throw error("shorten or remove the row, or have long rows treated by skip or truncate_left");
  const auto special = static_cast<std::int64_t>(std::min(special_tokens, prompt.tokens.size()));
  if (room <= special) throw error("nothing of the text would be left by truncate_left; use skip");
  const auto first_cut = prompt.tokens.begin() + special;
  prompt.tokens.erase(first_cut, first_cut + (size - room));
  return Fit::cut;
}

std::size_t leading_special_tokens(const Tokenizer& tokenizer) {
  const auto of_nothing = tokenizer.encode("", /*add_special_tokens=*/true);
  const auto of_text = tokenizer.encode("a", /*add_special_tokens=*/true);
  const auto first_difference =
      std::mismatch(of_nothing.begin(), of_nothing.end(), of_text.begin(), of_text.end()).first;
  return static_cast<std::size_t>(first_difference - of_nothing.begin());
}

}  // namespace harsanyi
