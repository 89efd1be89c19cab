#pragma once

#include "worker/model/weight_product.hpp"

namespace harsanyi {

/// Products in the tiles of AMX (worker/model/amx_kernel.hpp): two bytes per weight of a bfloat16 checkpoint,
/// four or six where weights need more parts.
class AmxProduct final : public WeightProduct {
 public:
  /// bfloat16 parts that the weights have: 1, 2 or 3.
  [[nodiscard]] static int parts_of(const at::Tensor& weight);

  /// Needs amx::available().
  explicit AmxProduct(const at::Tensor& weight);
  [[nodiscard]] at::Tensor times(const ProductInput& x) const override;
  [[nodiscard]] std::int64_t bytes() const noexcept override;
  [[nodiscard]] int parts() const noexcept { return parts_; }

 private:
  std::int64_t out_;
  std::int64_t in_;
  int parts_;
  at::Tensor packed_;  ///< 16-bit entries
};

}  // namespace harsanyi
