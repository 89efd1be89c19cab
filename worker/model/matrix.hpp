#pragma once

#include <memory>

#include "worker/model/compute_type.hpp"
#include "worker/model/weight_product.hpp"

namespace harsanyi {

/// How the layers' products are computed.
struct Arithmetic {
  at::ScalarType type = at::kFloat;
  ProductKernel kernel = ProductKernel::library;  ///< of products in float32; resolved
};

/// @param place  of the weights
/// @throws ConfigError  if the kernel is not there
[[nodiscard]] Arithmetic arithmetic_of(ComputeType type, ProductKernel asked, at::Device place);

/// A weight matrix [out, in] of a layer. Its products have the same bits whether it was prepared or not.
class Matrix {
 public:
  Matrix() = default;
  /// Kept as it is, and converted each time it is used. @param weight  [out, in] of any type
  explicit Matrix(at::Tensor weight) : plain_{std::move(weight)} {}
  /// Converted once. @param keep_plain  if `plain` is asked for
  [[nodiscard]] static Matrix prepared(const at::Tensor& weight, const Arithmetic& arithmetic,
                                       bool keep_plain = false);

  /// x W^T + b; a row's bits are its own. @param x  [..., in]  @param bias  [out], or undefined
  /// @return  [..., out] float32
  [[nodiscard]] at::Tensor times(const ProductInput& x, const at::Tensor& bias,
                                 const Arithmetic& arithmetic) const;

  /// The weights as [out, in]; undefined for a prepared matrix that does not keep them.
  [[nodiscard]] const at::Tensor& plain() const noexcept { return plain_; }
  /// Memory of all forms.
  [[nodiscard]] std::int64_t bytes() const noexcept;

 private:
  at::Tensor plain_;
  std::shared_ptr<const WeightProduct> product_;
};

}  // namespace harsanyi
