#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// The type in which matrix products are computed. Softmax, norms, the residual stream and all logits are
/// float32 whatever it is.
enum class ComputeType { float32, bfloat16, float16 };

/// How the matrices of a model lie in memory. Results are the same, bit for bit.
enum class WeightStorage {
  widened,  ///< in the compute type, converted once at loading
  stored,   ///< as in the checkpoint, converted each time they are used: half the memory, more time
};

template <>
struct EnumNames<ComputeType> {
  static constexpr std::string_view kind = "compute type";
  static constexpr std::array names{std::pair{ComputeType::float32, std::string_view{"float32"}},
                                    std::pair{ComputeType::bfloat16, std::string_view{"bfloat16"}},
                                    std::pair{ComputeType::float16, std::string_view{"float16"}}};
};
template <>
struct EnumNames<WeightStorage> {
  static constexpr std::string_view kind = "weight storage";
  static constexpr std::array names{std::pair{WeightStorage::widened, std::string_view{"widened"}},
                                    std::pair{WeightStorage::stored, std::string_view{"stored"}}};
};

}  // namespace harsanyi
