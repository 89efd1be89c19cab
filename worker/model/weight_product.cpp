#include "worker/model/weight_product.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/amx_kernel.hpp"
#include "worker/model/amx_product.hpp"
#include "worker/model/packed_product.hpp"
#include "worker/model/parts_product.hpp"

namespace harsanyi {
namespace {

bool is_there(ProductKernel kernel, at::Device place) {
  if (kernel == ProductKernel::library) return true;
  if (kernel == ProductKernel::parts || !place.is_cpu())
    return kernel == ProductKernel::parts && !place.is_cpu();
  if (kernel == ProductKernel::amx) return amx::available();
  return has_packed_products();
}

std::string_view what_lacks(ProductKernel kernel, at::Device place) {
  if (kernel == ProductKernel::parts) return "they are for GPUs";
  if (!place.is_cpu()) return "they are for CPUs";
  if (kernel == ProductKernel::amx) return "the processor, the system or this build is without AMX";
  return "this libtorch does not bring MKL's packed products";
}

/// Long rows of three parts are no faster in tiles than by MKL, and take half as much memory again.
bool suits_amx(std::int64_t in, int parts) {
  constexpr std::int64_t kLongRow = 1024;
  return in <= kLongRow || parts < 3 || !has_packed_products();
}

}  // namespace

ProductKernel resolved(ProductKernel asked, at::Device place) {
  if (asked == ProductKernel::automatic) {
    for (const ProductKernel kernel : {ProductKernel::parts, ProductKernel::amx, ProductKernel::packed})
      if (is_there(kernel, place)) return kernel;
    return ProductKernel::library;
  }
  if (is_there(asked, place)) return asked;
  throw ConfigError{fmt::format("matrix products by '{}' are not to be had here: {}; choose auto or library",
                                name_of(asked), what_lacks(asked, place))};
}

std::unique_ptr<const WeightProduct> prepare(const at::Tensor& weight, ProductKernel kernel) {
  if (kernel == ProductKernel::library) return nullptr;
  if (kernel == ProductKernel::parts) return std::make_unique<const PartsProduct>(weight);
  const at::Tensor wide = weight.to(at::kFloat).contiguous();
  if (kernel == ProductKernel::amx) {
    const int parts = amx::parts_of(wide.const_data_ptr<float>(), wide.numel());
    if (suits_amx(wide.size(1), parts)) return std::make_unique<const AmxProduct>(wide, parts);
  }
  return std::make_unique<const PackedProduct>(wide);
}

}  // namespace harsanyi
