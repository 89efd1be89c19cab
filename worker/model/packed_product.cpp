#include "worker/model/packed_product.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/threads.hpp"

#ifdef HARSANYI_PACKED_PRODUCTS
// MKL's own header does not come with libtorch. Integers are of 32 bits there (LP64).
extern "C" {
std::size_t cblas_sgemm_pack_get_size(int identifier, int m, int n, int k);
void cblas_sgemm_pack(int layout, int identifier, int transposed, int m, int n, int k, float alpha,
                      const float* source, int stride, float* packed);
void cblas_sgemm_compute(int layout, int a_is, int b_is, int m, int n, int k, const float* a, int a_stride,
                         const float* b, int b_stride, float beta, float* c, int c_stride);
}
#endif

namespace harsanyi {

bool has_packed_products() noexcept {
#ifdef HARSANYI_PACKED_PRODUCTS
  return true;
#else
  return false;
#endif
}

#ifdef HARSANYI_PACKED_PRODUCTS
namespace {

// Values of CBLAS. In its columns the product is y^T = W x^T, so that the weight is its first matrix.
constexpr int kColumnMajor = 102;
constexpr int kAsItIs = 111;
constexpr int kTransposed = 112;
constexpr int kPacked = 151;
constexpr int kFirstMatrix = 161;

// What is packed for one row has other bits than what is packed for more, so every matrix is packed for many.
constexpr int kRowsExpected = 1024;

int as_int(std::int64_t size) {
  if (size > std::numeric_limits<int>::max())
    throw ModelError{fmt::format("a matrix product of size {} is beyond the 32 bits of the library", size)};
  return static_cast<int>(size);
}

}  // namespace

PackedProduct::PackedProduct(const at::Tensor& weight) : out_{weight.size(0)}, in_{weight.size(1)} {
  // Packed by two threads, narrow matrices have other bits.
  const OneThread alone;
  const std::size_t bytes = cblas_sgemm_pack_get_size(kFirstMatrix, as_int(out_), kRowsExpected, as_int(in_));
  packed_ = at::empty({static_cast<std::int64_t>(bytes)}, at::kByte);
  cblas_sgemm_pack(kColumnMajor, kFirstMatrix, kTransposed, as_int(out_), kRowsExpected, as_int(in_), 1.0F,
                   weight.const_data_ptr<float>(), as_int(in_),
                   static_cast<float*>(packed_.mutable_data_ptr()));
}

at::Tensor PackedProduct::times(const ProductInput& x) const {
  const at::Tensor& dense = x.rows();
  std::vector<std::int64_t> shape = dense.sizes().vec();
  shape.back() = out_;
  at::Tensor y = at::empty(shape, dense.options());
  cblas_sgemm_compute(kColumnMajor, kPacked, kAsItIs, as_int(out_), as_int(dense.numel() / in_), as_int(in_),
                      static_cast<const float*>(packed_.const_data_ptr()), as_int(in_),
                      dense.const_data_ptr<float>(), as_int(in_), 0.0F, y.mutable_data_ptr<float>(),
                      as_int(out_));
  return y;
}

std::int64_t PackedProduct::bytes() const noexcept {
  return out_ * in_ * static_cast<std::int64_t>(sizeof(float));
}
#else
PackedProduct::PackedProduct(const at::Tensor& weight) : out_{weight.size(0)}, in_{weight.size(1)} {
  throw ModelError{"this libtorch has no packed products"};
}
at::Tensor PackedProduct::times(const ProductInput&) const {
  throw ModelError{"this libtorch has no packed products"};
}
std::int64_t PackedProduct::bytes() const noexcept {
  return 0;
}
#endif

}  // namespace harsanyi
