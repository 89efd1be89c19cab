#pragma once

#include "worker/model/compute_type.hpp"

namespace harsanyi {

/// Operations per second of the products of a layer in a compute type, 2 per multiply-add, with weights of
/// bfloat16 as most checkpoints have them: the best of a few products of 512 x 512 matrices. Takes about a
/// tenth of a second, more where the type is emulated.
[[nodiscard]] double product_speed(ComputeType type, int threads);

}  // namespace harsanyi
