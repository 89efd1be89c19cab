#include "worker/model/affine.hpp"

#include <vector>

#include "worker/model/threads.hpp"

namespace harsanyi {
namespace {

constexpr std::int64_t kFewestRows = 4;
constexpr std::int64_t kFewestColumnsPerThread = 16;

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (weight.size(0) >= kFewestColumnsPerThread * at::get_num_threads()) return at::linear(x, weight, bias);
  const OneThread alone;
  return at::linear(x, weight, bias);
}

}  // namespace

at::Tensor affine(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType type) {
  const auto width = x.size(-1);
  const auto rows = x.numel() / width;
  const at::Tensor w = weight.to(type);
  const at::Tensor b = bias.defined() ? bias.to(type) : bias;
  if (rows >= kFewestRows) return linear(x.to(type), w, b).to(at::kFloat);
  const at::Tensor filled =
      at::cat({x.reshape({rows, width}), at::zeros({kFewestRows - rows, width}, x.options())});
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  return linear(filled.to(type), w, b).narrow(0, 0, rows).reshape(shape).to(at::kFloat);
}

at::Tensor batched_product(const at::Tensor& a, const at::Tensor& b, at::ScalarType type) {
  const at::Tensor left = a.to(type);
  const at::Tensor right = b.to(type);
  if (left.size(0) > 1) return at::bmm(left, right).to(at::kFloat);
  return at::bmm(at::cat({left, left}), at::cat({right, right})).narrow(0, 0, 1).to(at::kFloat);
}

}  // namespace harsanyi
