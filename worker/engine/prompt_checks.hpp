#pragma once

#include <cstdint>
#include <span>

#include "partition/plan/prompt.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// @throws ModelError  for no token, a token outside the vocabulary, or more tokens than the model's
/// positions
void require_tokens(std::span<const std::int32_t> tokens, const ModelConfig& config);

/// Every prompt's tokens and labels. @throws ModelError  also for a gold label outside the labels
void require_prompts(std::span<const Prompt> prompts, const ModelConfig& config);

/// @throws ModelError  for a continuation of no tokens, of tokens outside the vocabulary, or one that exceeds
/// the model's positions together with its prompt
void require_continuations(std::span<const Prompt> prompts, const ModelConfig& config);

/// @throws ModelError  if the prompt and `more` tokens after it exceed the model's positions
void require_room(const Prompt& prompt, std::int64_t more, const ModelConfig& config);

}  // namespace harsanyi
