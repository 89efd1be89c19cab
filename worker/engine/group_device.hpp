#pragma once

#include <memory>

#include "worker/engine/engine.hpp"
#include "worker/model/device.hpp"
#include "worker/parallel/device_sums.hpp"

namespace harsanyi {

/// Where a rank computes, and the sums over its group there.
struct GroupDevice {
  Device device;
  std::shared_ptr<DeviceSums> sums;  ///< null unless a group computes on GPUs
};

/// The device of these options; collective where they name a group. All its ranks compute on the same kind of
/// device, and what keeps one of them from it is said by all.
/// @throws ConfigError  as `open_device`; for a group also if its ranks' devices differ, two share a GPU, or
/// the program has no NCCL
[[nodiscard]] GroupDevice open_group_device(const EngineOptions& options);

}  // namespace harsanyi
