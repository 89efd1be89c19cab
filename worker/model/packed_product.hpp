#pragma once

#include "worker/model/weight_product.hpp"

namespace harsanyi {

/// Whether this libtorch brings MKL's packed products.
[[nodiscard]] bool has_packed_products() noexcept;

/// A matrix in the order in which MKL's products read it. An ordinary product brings its matrices into that
/// order each time: with few rows that is most of the work
/// (oneMKL, "cblas_?gemm_pack"; docs/decisions/layer-products.md).
class PackedProduct final : public WeightProduct {
 public:
  /// Needs has_packed_products(). @param weight  [out, in] float32, contiguous
  explicit PackedProduct(const at::Tensor& weight);
  [[nodiscard]] at::Tensor times(const ProductInput& x) const override;
  [[nodiscard]] std::int64_t bytes() const noexcept override;

 private:
  std::int64_t out_;
  std::int64_t in_;
  at::Tensor packed_;  ///< bytes; the last few million are never touched
};

}  // namespace harsanyi
