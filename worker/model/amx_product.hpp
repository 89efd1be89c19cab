#pragma once

#include "worker/model/weight_product.hpp"

namespace harsanyi {

/// Products in the tiles of AMX (worker/model/amx_kernel.hpp): two bytes per weight of a bfloat16 checkpoint,
/// four or six where weights need more parts.
class AmxProduct final : public WeightProduct {
 public:
  /// Needs amx::available().
  /// @param weight  [out, in] float32, contiguous  @param parts  that its numbers have (amx::parts_of)
  AmxProduct(const at::Tensor& weight, int parts);
  [[nodiscard]] at::Tensor times(const ProductInput& x) const override;
  [[nodiscard]] std::int64_t bytes() const noexcept override;

 private:
  std::int64_t out_;
  std::int64_t in_;
  int parts_;
  at::Tensor packed_;  ///< 16-bit entries
};

}  // namespace harsanyi
