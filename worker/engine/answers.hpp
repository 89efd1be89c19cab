#pragma once

#include <span>
#include <vector>

#include "partition/game/conventions.hpp"
#include "worker/engine/engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// Values of every copy and prompt from the last hidden states (GAC, Eq. 3; value.hpp has the formula).
/// @param last_CBd  outputs of the last layer at the last position of each prompt
/// @return [C, B] row-major, log-odds
[[nodiscard]] std::vector<double> answer_values(const Decoder& decoder, const at::Tensor& last_CBd,
                                                std::span<const Prompt> prompts, ValueKind kind);

/// [B] the answer to each prompt. @param last_Bd  as above, one copy
[[nodiscard]] std::vector<Answer> answers_at(const Decoder& decoder, const at::Tensor& last_Bd,
                                             std::span<const Prompt> prompts, AnswerScope scope);

}  // namespace harsanyi
