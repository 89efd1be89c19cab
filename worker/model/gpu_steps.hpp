#pragma once

#include <filesystem>
#include <memory>

#include "worker/model/device_steps.hpp"
#include "worker/model/gpu/kernels.hpp"
#include "worker/model/stage_times.hpp"

namespace harsanyi {

/// The kernels of GPUs, in a library beside the engine's that only a rank with a GPU loads; it stays loaded.
/// @return  null where the program was built without CUDA's compiler
/// @throws ConfigError  if the library is there and cannot be loaded
[[nodiscard]] const gpu::Kernels* gpu_kernels(const std::filesystem::path& folder);

/// By kernels of our own, one pass over memory each; what no kernel is made for goes by operators.
/// @param place  the GPU
[[nodiscard]] std::shared_ptr<const DeviceSteps> gpu_steps(const gpu::Kernels& kernels, at::Device place);

/// Measures stages by marks in the GPU's stream, so that nobody waits for them.
[[nodiscard]] std::shared_ptr<StageMeter> gpu_stage_meter(const gpu::Kernels& kernels, at::Device place);

/// The bfloat16 parts of rows, as products by parts take them (parts_product.hpp).
/// @param x  [..., width] float32, on the GPU  @return  [..., 3 * width]
[[nodiscard]] at::Tensor split_on_gpu(const gpu::Kernels& kernels, const at::Tensor& x);

}  // namespace harsanyi
