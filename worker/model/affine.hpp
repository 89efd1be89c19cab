#pragma once

#include "worker/model/aten.hpp"

namespace harsanyi {

/// x W^T + b. A row's bits depend neither on the number of rows beside it nor on the number of threads:
/// measured with MKL (docs/decisions/bits-of-a-product.md), that holds from four rows on, so fewer are filled
/// up with zeros.
/// @param x       [..., in]
/// @param weight  [out, in]
/// @param bias    [out], or undefined
[[nodiscard]] at::Tensor affine(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

}  // namespace harsanyi
