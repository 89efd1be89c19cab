#pragma once

#include "worker/model/compute_type.hpp"

namespace harsanyi {

/// Operations per second of this machine's matrix product in a compute type, 2 per multiply-add: the best of
/// a few products of 512 x 512 matrices. Takes about a tenth of a second, more where the type is emulated.
[[nodiscard]] double product_speed(ComputeType type, int threads);

}  // namespace harsanyi
