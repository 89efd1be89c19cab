#include "worker/model/amx_product.hpp"

#include <vector>

#include "worker/model/amx_kernel.hpp"

namespace harsanyi {
namespace {

std::uint16_t* entries(const at::Tensor& tensor) {
  return static_cast<std::uint16_t*>(tensor.data_ptr());
}

at::Tensor room_for(std::int64_t entries) {
  return at::empty({entries}, at::kBFloat16);
}

at::Tensor packed_rows(const at::Tensor& x, const amx::Shape& shape) {
  at::Tensor rows = room_for(amx::packed_rows_size(shape.rows, shape.in));
  at::parallel_for(0, amx::blocks_of(shape.rows), 1, [&](std::int64_t first, std::int64_t last) {
    amx::pack_rows(x.const_data_ptr<float>(), shape.rows, shape.in, first, last, entries(rows));
  });
  return rows;
}

}  // namespace

AmxProduct::AmxProduct(const at::Tensor& weight, int parts)
    : out_{weight.size(0)},
      in_{weight.size(1)},
      parts_{parts},
      packed_{room_for(amx::packed_weights_size(out_, in_, parts))} {
  amx::pack_weights(weight.const_data_ptr<float>(), out_, in_, parts_, entries(packed_));
}

at::Tensor AmxProduct::times(const ProductInput& x) const {
  const at::Tensor& dense = x.rows();
  const amx::Shape shape{dense.numel() / in_, in_, out_};
  const at::Tensor& rows = x.packed([&] { return packed_rows(dense, shape); });
  const at::Tensor y = at::empty({amx::padded(shape.rows), amx::padded(out_)}, dense.options());
  at::parallel_for(0, amx::blocks_of(out_), 1, [&](std::int64_t first, std::int64_t last) {
    const at::Tensor sums = at::empty({amx::kSumsRoom});
    amx::multiply(shape, entries(rows), entries(packed_), parts_, first, last, sums.mutable_data_ptr<float>(),
                  y.mutable_data_ptr<float>());
  });
  std::vector<std::int64_t> sizes = dense.sizes().vec();
  sizes.back() = out_;
  return y.narrow(0, 0, shape.rows).narrow(1, 0, out_).contiguous().view(sizes);
}

std::int64_t AmxProduct::bytes() const noexcept {
  return static_cast<std::int64_t>(packed_.nbytes());
}

}  // namespace harsanyi
