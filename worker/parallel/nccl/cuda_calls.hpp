#pragma once

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

/// @throws CommError  unless a call of the CUDA runtime succeeded
inline void check_cuda(cudaError_t result, const char* call) {
  if (result != cudaSuccess) throw CommError{fmt::format("{} failed: {}", call, cudaGetErrorString(result))};
}

}  // namespace harsanyi
