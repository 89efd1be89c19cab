#pragma once

#include <filesystem>

#include "orchestrator/config/device_profile.hpp"
#include "orchestrator/config/model_options.hpp"
#include "partition/plan/memory.hpp"

namespace harsanyi {

/// How a checkpoint keeps the entries of its matrices.
struct StoredNumbers {
  int bytes = 2;  ///< of an entry: 2 or 4
  int parts = 1;  ///< bfloat16 numbers that an entry is the sum of, 1 to 3 (worker/model/amx_kernel.hpp)
};

/// From the checkpoint's headers and some entries of its first layer; where there is no checkpoint, from the
/// type that config.json names, bfloat16 if it names none.
/// @param model  folder or config.json @throws ModelError  for a damaged checkpoint or configuration
[[nodiscard]] StoredNumbers stored_numbers(const std::filesystem::path& model);

/// Who computes the layers' products: the kernel asked for, or of `automatic` the one that the profile has
/// speeds of.
[[nodiscard]] ProductKernel kernel_of(const ComputeOptions& options, const DeviceProfile& profile);

/// How the engine keeps such numbers on such a device (worker/model/weights.cpp, matrix.cpp); on a GPU with
/// the kernels of worker/model/gpu, where they are made for the model's heads. @param shape  of the model
[[nodiscard]] MemoryForm memory_form(const ComputeOptions& options, DeviceKind kind, ProductKernel kernel,
                                     const StoredNumbers& stored, const ModelShape& shape);

/// Peak speed of the layers' products. @throws ConfigError  if the profile has none for this type
[[nodiscard]] Figure product_speed(const ComputeOptions& options, const DeviceProfile& profile,
                                   const StoredNumbers& stored);

}  // namespace harsanyi
