#pragma once

#include <span>

#include "worker/model/attention.hpp"
#include "worker/model/segment.hpp"

namespace harsanyi {

/// Whether `fused_attention` can compute these: float32, heads of a multiple of 16.
[[nodiscard]] bool fusible(const Projections& in);

/// What `attention_maps` and `mix_values` give for every segment, without writing a map to memory: six query
/// rows at a time meet the keys that they see, so the shared prefix is not copied and hidden keys are not
/// computed. A row's bits depend on its own prompt alone.
/// @param score_scale_H  as in AttentionEdit
/// @return  [C, query rows, H, D], segment after segment
[[nodiscard]] at::Tensor fused_attention(const Projections& in, std::span<const Segment> segments,
                                         const at::Tensor& score_scale_H);

}  // namespace harsanyi
