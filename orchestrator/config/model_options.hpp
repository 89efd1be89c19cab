#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"
#include "worker/model/compute_type.hpp"
#include "worker/model/device_choice.hpp"
#include "worker/model/product_kernel.hpp"

namespace harsanyi {

/// How each rank computes.
struct ComputeOptions {
  int threads = 0;  ///< 0: cores of the node / ranks on it
  ComputeType dtype = ComputeType::float32;
  WeightStorage weights = WeightStorage::widened;
  ProductKernel kernel = ProductKernel::automatic;
  DeviceChoice device = DeviceChoice::automatic;
  int tensor_parallel = 1;     ///< ranks that hold one copy of the model
  bool group_on_node = false;  ///< they must be on one node
};

/// The model of a command that uses one.
struct ModelOptions {
  std::filesystem::path folder;  ///< --model: Hugging Face folder
  bool verify = false;           ///< compare its files with their SHA-256 first
  ComputeOptions compute;
};

/// Adds the group "Model"; --model is required.
void describe(OptionSet& set, ModelOptions& options);

/// Adds the switch --verify of commands that use models.
void describe_verify(OptionSet& set, bool& verify);

inline constexpr int kMostGroupRanks = 1024;

/// Adds the options of `ComputeOptions` for copies that several ranks hold, to the group that is open.
void describe_groups(OptionSet& set, ComputeOptions& options);
/// The second of them.
void describe_group_place(OptionSet& set, ComputeOptions& options);

/// Adds the other options of `ComputeOptions` to the group that is open.
void describe(OptionSet& set, ComputeOptions& options);

}  // namespace harsanyi
