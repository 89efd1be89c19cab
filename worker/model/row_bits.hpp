#pragma once

#include <functional>

#include "worker/model/aten.hpp"

namespace harsanyi {

/// Whether each row of a product has the same bits beside other rows, and for 1 and `threads` threads:
/// measured on small products of sizes that layers have, in about 15 ms of float32
/// (docs/decisions/bits-of-a-product.md).
/// @param product  x [rows, in], W [out, in] -> [rows, out], e.g. `affine`
[[nodiscard]] bool rows_have_own_bits(
    const std::function<at::Tensor(const at::Tensor& x, const at::Tensor& weight)>& product, int threads);

}  // namespace harsanyi
