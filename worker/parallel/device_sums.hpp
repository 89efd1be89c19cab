#pragma once

#include <cstdint>

namespace harsanyi {

/// Sums over the ranks of a worker group of values that lie on their GPUs.
class DeviceSums {
 public:
  virtual ~DeviceSums() = default;
  /// Every entry becomes its sum over the ranks, in the order of what the device's default stream computes.
  /// The host does not wait. @param values  in device memory
  /// @throws BrokenGroupError  if an earlier sum failed or a rank does not come in time
  virtual void sum(float* values, std::int64_t count) = 0;
};

}  // namespace harsanyi
