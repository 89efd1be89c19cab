#pragma once

#include "worker/model/gpu/kernels.hpp"

namespace harsanyi::test {

/// The kernels of GPUs as plain loops over host memory: what kernels.hpp says of them, so that all around
/// them is tested without a GPU. Marks are set at times that grow by one second each.
[[nodiscard]] const gpu::Kernels& host_kernels();

}  // namespace harsanyi::test
