#include "worker/engine/prompt_checks.hpp"

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

void require_tokens(std::span<const std::int32_t> tokens, const ModelConfig& config) {
  if (tokens.empty()) throw ModelError{"a prompt of no tokens; give at least one token"};
  if (static_cast<std::int64_t>(tokens.size()) > config.max_positions)
    throw ModelError{fmt::format("a prompt of {} tokens is longer than the model's {} positions",
                                 tokens.size(), config.max_positions)};
  for (const std::int32_t token : tokens)
    if (token < 0 || token >= config.shape.vocabulary)
      throw ModelError{
          fmt::format("token {} is outside the model's vocabulary of {}", token, config.shape.vocabulary)};
}

void require_prompts(std::span<const Prompt> prompts, const ModelConfig& config) {
  for (const Prompt& prompt : prompts) {
    require_tokens(prompt.tokens, config);
    if (prompt.label_tokens.empty()) continue;
    require_tokens(prompt.label_tokens, config);
    if (prompt.gold < 0 || static_cast<std::size_t>(prompt.gold) >= prompt.label_tokens.size())
      throw ModelError{
          fmt::format("gold label {} of a prompt with {} labels", prompt.gold, prompt.label_tokens.size())};
  }
}

void require_continuations(std::span<const Prompt> prompts, const ModelConfig& config) {
  for (const Prompt& prompt : prompts)
    for (const auto& continuation : prompt.continuations) {
      if (continuation.empty())
        throw ModelError{"a continuation of no tokens has no likelihood; give at least one token"};
      require_tokens(continuation, config);
      require_room(prompt, static_cast<std::int64_t>(continuation.size()), config);
    }
}

void require_room(const Prompt& prompt, std::int64_t more, const ModelConfig& config) {
  if (static_cast<std::int64_t>(prompt.tokens.size()) + more > config.max_positions)
    throw ModelError{
        fmt::format("a prompt of {} tokens and {} after it exceed the model's {} positions; shorten the "
                    "prompt or ask for "
                    "fewer tokens",
                    prompt.tokens.size(), more, config.max_positions)};
}

}  // namespace harsanyi
