#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// [prompts] greedy continuations (Engine::generate); collective. The prompts are checked already.
[[nodiscard]] std::vector<std::vector<std::int32_t>> generate_greedily(const Decoder& decoder,
                                                                       std::span<const Prompt> prompts,
                                                                       const Intervention& intervention,
                                                                       const GenerationRules& rules);

}  // namespace harsanyi
