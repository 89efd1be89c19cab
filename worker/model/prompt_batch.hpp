#pragma once

#include <memory>

#include "worker/model/attention.hpp"

namespace harsanyi {

/// The prompts of a layout, for devices on which many small products would wait for each other.
class PromptBatch {
 public:
  virtual ~PromptBatch() = default;
  /// Causal attention of all prompts at once: what `attend` gives where nothing is edited after the softmax.
  /// @return  [C, query rows, H, D]
  [[nodiscard]] virtual at::Tensor attention(const Projections& in, QueryRows rows,
                                             const at::Tensor& score_scale_H) const = 0;
};

/// Prompts side by side for one map of all, short ones filled up; by libtorch's operators.
[[nodiscard]] std::shared_ptr<const PromptBatch> side_by_side(const RowLayout& layout, at::Device place);

}  // namespace harsanyi
