#pragma once

#include <span>

#include "worker/model/aten.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// Rotary frequencies [D/2], float32, with Llama 3's scaling where the config has it
/// (transformers modeling_rope_utils.py, `_compute_default_rope_parameters`, `_compute_llama3_parameters`).
[[nodiscard]] at::Tensor rotary_frequencies(const ModelConfig& config);

/// Cosines and sines of every position of a matrix of rows; F = D/2.
struct RotaryTable {
  at::Tensor cos_RF;
  at::Tensor sin_RF;
};

/// @param positions  [rows]
[[nodiscard]] RotaryTable rotary_table(const at::Tensor& frequencies,
                                       std::span<const std::int64_t> positions);

/// Rotates pairs (j, j + D/2) of every head (the half-split form of Hugging Face checkpoints).
/// @param heads  [copies, rows, heads, D] float32, contiguous; changed in place
void rotate(const at::Tensor& heads, const RotaryTable& table);

}  // namespace harsanyi
