#pragma once

#include "worker/model/attention.hpp"

namespace harsanyi {

/// The prompts of a layout side by side for one product of all, short ones filled up: B prompts, T rows of
/// the longest, N keys of the longest, the shared prefix among them. For devices on which many small products
/// would wait for each other.
struct PromptBatch {
  PromptBatch(const RowLayout& layout, at::Device place);

  std::int64_t prefix;
  at::Tensor rows_BT;            ///< int64: row of each query
  at::Tensor positions_BT;       ///< int64: its position in the prompt
  at::Tensor last_positions_B1;  ///< of each prompt's last row
  at::Tensor keys_BN;            ///< int64: row of each key
  at::Tensor places;             ///< [rows without prefix] int64: where each row is in [B * T]
};

/// Causal attention of all prompts through one map of all: what `attend` gives where nothing is edited after
/// the softmax, heads apart.
/// @return  [C, query rows, H, D]
[[nodiscard]] at::Tensor batched_attention(const Projections& in, const PromptBatch& batch, QueryRows rows,
                                           const at::Tensor& score_scale_H);

}  // namespace harsanyi
