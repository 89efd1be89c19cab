#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "worker/model/aten.hpp"
#include "worker/model/device_choice.hpp"
#include "worker/model/device_steps.hpp"
#include "worker/model/stage_times.hpp"

namespace harsanyi {

/// Where tensors lie, and how what is between matrix products is computed there.
struct Device {
  at::Device place{at::kCPU};
  std::shared_ptr<const DeviceSteps> steps = loop_steps();
  std::shared_ptr<StageMeter> meter = std::make_shared<HostStageMeter>();
  std::string name = "cpu";  ///< "gpu: NVIDIA H100 80GB HBM3"
};

/// Loads libtorch's CUDA part if a GPU is meant, so that nothing else waits for it.
/// @param rank_on_node  the rank takes the GPU of this number among those it sees, counted round
/// @param libraries  folder of the kernels of GPUs (gpu_steps.hpp), which is the engine library's
/// @throws ConfigError  if a GPU is asked for and there is none, or libtorch's part for it cannot be loaded
[[nodiscard]] Device open_device(DeviceChoice choice, int rank_on_node,
                                 const std::filesystem::path& libraries);

/// The setting of cuBLAS in force; "default" where there is none.
[[nodiscard]] std::string cublas_mode();

/// The tensor at `place`; from host memory by a pinned copy that nobody waits for.
[[nodiscard]] at::Tensor on(at::Device place, const at::Tensor& tensor);

/// The tensor in host memory, dense: waits for whatever computes it.
[[nodiscard]] at::Tensor on_host(const at::Tensor& tensor);

}  // namespace harsanyi
