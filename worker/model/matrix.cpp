#include "worker/model/matrix.hpp"

#include "worker/model/affine.hpp"
#include "worker/model/scalar_type.hpp"

namespace harsanyi {
namespace {

bool has_kernel(const Arithmetic& arithmetic) {
  return arithmetic.type == at::kFloat && arithmetic.kernel != ProductKernel::library;
}

}  // namespace

Arithmetic arithmetic_of(ComputeType type, ProductKernel asked, at::Device place) {
  if (type == ComputeType::float32) return {at::kFloat, resolved(asked, place)};
  return {scalar_type(type), ProductKernel::library};
}

Matrix Matrix::prepared(const at::Tensor& weight, const Arithmetic& arithmetic, bool keep_plain) {
  if (!has_kernel(arithmetic)) return Matrix{weight.to(arithmetic.type)};
  Matrix matrix;
  matrix.product_ = prepare(weight, arithmetic.kernel);
  // Products of GPUs hold weights of their own: another form would take as much of scarce memory again.
  if (keep_plain)
    matrix.plain_ = arithmetic.kernel == ProductKernel::parts ? weight : weight.to(arithmetic.type);
  return matrix;
}

at::Tensor Matrix::times(const ProductInput& x, const at::Tensor& bias, const Arithmetic& arithmetic) const {
  if (!has_kernel(arithmetic)) return affine(x.rows(), plain_, bias, arithmetic.type);
  at::Tensor y = product_ ? product_->times(x) : prepare(plain_, arithmetic.kernel)->times(x);
  return bias.defined() ? y.add_(bias) : y;
}

std::int64_t Matrix::bytes() const noexcept {
  return (product_ ? product_->bytes() : 0) +
         (plain_.defined() ? static_cast<std::int64_t>(plain_.nbytes()) : 0);
}

}  // namespace harsanyi
