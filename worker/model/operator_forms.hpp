#pragma once

#include "worker/model/aten.hpp"
#include "worker/model/rope.hpp"

namespace harsanyi::operators {

// What `row_functions` and `rotate` compute, by operators over whole tensors, wherever those lie. Arguments
// as there.

[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);
void gate_in_place(const at::Tensor& gate, const at::Tensor& up);
void rotate(const at::Tensor& heads, const RotaryTable& table);

}  // namespace harsanyi::operators
