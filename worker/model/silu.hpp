#pragma once

#include "worker/model/aten.hpp"

namespace harsanyi {

/// x / (1 + exp(-x)) of every entry. ATen computes the end of a thread's share with another exponential than
/// the rest, so here whole rows are shared out, filled up to what its vector loop takes: a row's bits depend
/// neither on the number of threads nor on the rows beside it.
/// @param x  [..., width], dense
[[nodiscard]] at::Tensor silu_of_rows(const at::Tensor& x);

}  // namespace harsanyi
