#pragma once

#include <span>

#include "worker/model/aten.hpp"

namespace harsanyi {

// Functions of each row of a float32 matrix in one pass over memory. A row's bits depend neither on the other
// rows nor on the number of threads.

/// x / sqrt(mean(x^2) + epsilon) * weight over the last axis. @param x  [..., width]  @param weight  [width]
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// silu(gate) * up, in the place of `gate`. @param gate  [..., width], contiguous, as `up`
void gate_in_place(const at::Tensor& gate, const at::Tensor& up);

/// The sum of some tensors of one shape, contiguous, added up in the order given.
/// @param out  contiguous, of the same shape; receives the sum  @param terms  at least one
void sum_into(const at::Tensor& out, std::span<const at::Tensor> terms);

}  // namespace harsanyi
