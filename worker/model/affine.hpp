#pragma once

#include "worker/model/aten.hpp"

namespace harsanyi {

// Products whose bits depend neither on the number of threads nor on what is computed beside them
// (docs/decisions/bits-of-a-product.md has the measurements, made in float32).

/// x W^T + b. A row's bits are its own: fewer than four rows are filled up with zeros, and a product too
/// narrow to be shared out between threads runs on one.
/// @param x       [..., in]
/// @param weight  [out, in], of any type
/// @param bias    [out], or undefined
/// @param type    of the product; what is of another type is converted
/// @return        [..., out] float32
[[nodiscard]] at::Tensor affine(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                                at::ScalarType type = at::kFloat);

/// Products of the matrices of two batches. Several matrices are shared out whole between threads, but a
/// single one would be split, so it is computed beside a copy of itself.
/// @param a  [batch, m, k]  @param b  [batch, k, n]  @param type  as above  @return  [batch, m, n] float32
[[nodiscard]] at::Tensor batched_product(const at::Tensor& a, const at::Tensor& b, at::ScalarType type);

}  // namespace harsanyi
