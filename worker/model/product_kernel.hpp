#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// Who computes the layers' matrix products in float32. All are as exact as float32 allows; their last bits
/// differ, so a cube keeps to one (`numerics.blas`).
enum class ProductKernel {
  automatic,  ///< the first of the following that is there
  parts,      ///< sums of products of bfloat16 parts by the tensor cores of GPUs
  amx,        ///< tiles of bfloat16 parts, on processors with AMX, where they are faster than `packed`
  packed,     ///< MKL, with weights packed once
  library,    ///< the library's ordinary product
};
template <>
struct EnumNames<ProductKernel> {
  static constexpr std::string_view kind = "kernel of matrix products";
  static constexpr std::array names{std::pair{ProductKernel::automatic, std::string_view{"auto"}},
                                    std::pair{ProductKernel::parts, std::string_view{"parts"}},
                                    std::pair{ProductKernel::amx, std::string_view{"amx"}},
                                    std::pair{ProductKernel::packed, std::string_view{"packed"}},
                                    std::pair{ProductKernel::library, std::string_view{"library"}}};
};

}  // namespace harsanyi
