#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "worker/parallel/device_sums.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// NCCL, in a library of its own that a group on GPUs loads: nothing else needs it. It stays loaded.
class NcclModule {
 public:
  /// @param folder  of libharsanyi_nccl.so, which is the engine library's
  /// @throws ConfigError  saying whether it was not built, or what it lacks
  explicit NcclModule(const std::filesystem::path& folder);

  /// Collective. @param device  index of this rank's GPU among those that it sees
  /// @throws ConfigError  on all ranks, if one sees no GPU or two share one
  [[nodiscard]] std::unique_ptr<DeviceSums> sums(WorkerGroup& group, int device) const;

  /// "NCCL 2.28.9, Ring, Simple"
  [[nodiscard]] std::string description() const;

  /// Whether the program was built with it.
  [[nodiscard]] static bool is_built(const std::filesystem::path& folder);

 private:
  using Sums = DeviceSums*(WorkerGroup*, int, char*, std::size_t);
  using Description = const char*();
  Sums* sums_;
  Description* description_;
};

}  // namespace harsanyi
