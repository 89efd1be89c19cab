#include "worker/model/weight_product.hpp"

#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/amx_kernel.hpp"
#include "worker/model/amx_product.hpp"
#include "worker/model/packed_product.hpp"

namespace harsanyi {
namespace {

bool is_there(ProductKernel kernel) {
  if (kernel == ProductKernel::amx) return amx::available();
  if (kernel == ProductKernel::packed) return has_packed_products();
  return true;
}

/// Long rows of three parts are no faster in tiles than by MKL, and take half as much memory again.
bool suits_amx(const at::Tensor& weight) {
  constexpr std::int64_t kLongRow = 1024;
  return weight.size(1) <= kLongRow || AmxProduct::parts_of(weight) < 3 || !has_packed_products();
}

}  // namespace

ProductKernel resolved(ProductKernel asked) {
  if (asked == ProductKernel::automatic) {
    for (const ProductKernel kernel : {ProductKernel::amx, ProductKernel::packed})
      if (is_there(kernel)) return kernel;
    return ProductKernel::library;
  }
  if (is_there(asked)) return asked;
  throw ConfigError{fmt::format(
      "matrix products by '{}' are not to be had here: {}; choose auto or library", name_of(asked),
      asked == ProductKernel::amx ? "the processor, the system or this build is without AMX"
                                  : "this libtorch does not bring MKL's packed products")};
}

std::unique_ptr<const WeightProduct> prepare(const at::Tensor& weight, ProductKernel kernel) {
  if (kernel == ProductKernel::amx && suits_amx(weight)) return std::make_unique<const AmxProduct>(weight);
  if (kernel != ProductKernel::library && has_packed_products())
    return std::make_unique<const PackedProduct>(weight);
  return nullptr;
}

}  // namespace harsanyi
