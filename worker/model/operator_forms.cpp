#include "worker/model/operator_forms.hpp"

namespace harsanyi::operators {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  return x * (x.square().mean(-1, /*keepdim=*/true) + epsilon).rsqrt() * weight;
}

void gate_in_place(const at::Tensor& gate, const at::Tensor& up) {
  gate.copy_(at::silu(gate) * up);
}

void rotate(const at::Tensor& heads, const RotaryTable& table) {
  const auto half = heads.size(-1) / 2;
  const at::Tensor first = heads.narrow(-1, 0, half);
  const at::Tensor second = heads.narrow(-1, half, half);
  const at::Tensor cosines = table.cos_RF.unsqueeze(1);
  const at::Tensor sines = table.sin_RF.unsqueeze(1);
  const at::Tensor turned = at::cat({first * cosines - second * sines, second * cosines + first * sines}, -1);
  heads.copy_(turned);
}

}  // namespace harsanyi::operators
