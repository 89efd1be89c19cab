#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/run/world.hpp"

namespace harsanyi {

/// A trial of the HDF5 files that a command of several ranks is given (storage/trial_read.hpp). Made before
/// the world, when a child process is still safe, by rank 0 alone; the verdict is spoken once all ranks can
/// hear it.
class InputTrial {
 public:
  explicit InputTrial(const std::vector<std::filesystem::path>& files);

  /// Collective. @throws StorageError on all ranks  for a file that crashes the HDF5 library
  void require_passed(World& world) const;

 private:
  std::optional<std::string> harm_;
};

}  // namespace harsanyi
