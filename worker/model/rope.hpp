#pragma once

#include <span>

#include "worker/model/aten.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// Rotary frequencies [D/2], float32, with Llama 3's scaling where the config has it
/// (transformers modeling_rope_utils.py, `_compute_default_rope_parameters`, `_compute_llama3_parameters`).
[[nodiscard]] at::Tensor rotary_frequencies(const ModelConfig& config);

/// Cosines and sines of every position of a matrix of rows.
struct RotaryTable {
  at::Tensor cos_R1D;  ///< [rows, 1, D], the two halves equal
  at::Tensor sin_R1D;
};

/// @param positions  [rows]
[[nodiscard]] RotaryTable rotary_table(const at::Tensor& frequencies,
                                       std::span<const std::int64_t> positions);

/// Rotates pairs (j, j + D/2) of every head (the half-split form of Hugging Face checkpoints).
/// @param heads  [..., rows, heads, D]
[[nodiscard]] at::Tensor rotate(const at::Tensor& heads, const RotaryTable& table);

}  // namespace harsanyi
