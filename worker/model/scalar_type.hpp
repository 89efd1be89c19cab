#pragma once

#include "worker/model/aten.hpp"
#include "worker/model/compute_type.hpp"

namespace harsanyi {

/// ATen's name of a compute type.
[[nodiscard]] constexpr at::ScalarType scalar_type(ComputeType type) noexcept {
  if (type == ComputeType::bfloat16) return at::kBFloat16;
  return type == ComputeType::float16 ? at::kHalf : at::kFloat;
}

}  // namespace harsanyi
