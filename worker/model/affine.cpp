#include "worker/model/affine.hpp"

#include <vector>

namespace harsanyi {

at::Tensor affine(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  constexpr std::int64_t kFewestRows = 4;
  const auto width = x.size(-1);
  const auto rows = x.numel() / width;
  if (rows >= kFewestRows) return at::linear(x, weight, bias);
  const at::Tensor filled =
      at::cat({x.reshape({rows, width}), at::zeros({kFewestRows - rows, width}, x.options())});
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  return at::linear(filled, weight, bias).narrow(0, 0, rows).reshape(shape);
}

}  // namespace harsanyi
