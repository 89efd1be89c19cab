#pragma once

#include <optional>
#include <vector>

#include "worker/intervention/calibration.hpp"
#include "worker/model/aten.hpp"
#include "worker/model/row_layout.hpp"

namespace harsanyi {

class PromptBatch;

// C copies of the same rows (one per coalition), R rows, H query heads, Hkv key/value heads, r = H/Hkv, D
// head size, T query rows of a segment, N keys of a segment.

/// Rotated queries, keys and values of one layer, in the compute type, and how far back its rows see.
struct Projections {
  at::Tensor q_CRHD;  ///< every row, or the last row of each prompt alone
  at::Tensor k_CRKD;  ///< K = Hkv; every row
  at::Tensor v_CRKD;
  AttentionWindow window = {};
  const PromptBatch* batch = nullptr;  ///< where prompts are to be computed side by side; outlives this
};

/// What changes between scores and output; nothing by default.
struct AttentionEdit {
  at::Tensor score_scale_H;   ///< [H], on the scores before the softmax (GAC, Eq. 4); undefined = 1
  at::Tensor output_scale_H;  ///< [H], on the heads' outputs (dropping: 0); undefined = 1
  std::optional<HeadCalibration>
      calibration;  ///< on the maps after the softmax; needs a layout without prefix
};

/// Which rows attention is computed for.
enum class QueryRows { all, last_of_each_prompt };

/// Softmax maps [C, H, T, N] of one prompt: softmax(scale * q k / sqrt(D)) over the keys that each query
/// sees.
/// @param q_CTHD         the last T of N positions; its type is that of the product, maps are float32
/// @param score_scale_H  as in AttentionEdit
[[nodiscard]] at::Tensor attention_maps(const at::Tensor& q_CTHD, const at::Tensor& k_CNKD,
                                        const at::Tensor& score_scale_H, AttentionWindow window);
/// The same for queries anywhere. @param hidden  booleans that broadcast to the maps: keys that are not seen;
/// undefined = none
[[nodiscard]] at::Tensor attention_maps(const at::Tensor& q_CTHD, const at::Tensor& k_CNKD,
                                        const at::Tensor& score_scale_H, const at::Tensor& hidden);

/// Maps times values, a product of the values' type: [C, T, H, D] float32.
[[nodiscard]] at::Tensor mix_values(const at::Tensor& maps_CHTN, const at::Tensor& v_CNKD);

/// Causal attention of every prompt of `layout` in every copy: `fused_attention` where no map is wanted or
/// edited after the softmax, else through `attention_maps` and `mix_values`.
/// @param maps  if given, receives one map per prompt, [C, H, T, N], after all edits (layouts without prefix)
/// @return  [C, query rows, H*D]
[[nodiscard]] at::Tensor attend(const Projections& in, const RowLayout& layout, QueryRows rows,
                                const AttentionEdit& edit, std::vector<at::Tensor>* maps = nullptr);

/// What every head of a player gives where all visible tokens have the same share: the mean of the values.
/// @return  [players, query rows of the first copy, D]
[[nodiscard]] at::Tensor uniform_attention(const Projections& in, const RowLayout& layout, QueryRows rows);

}  // namespace harsanyi
