#pragma once

#include <cstdint>
#include <string>

namespace harsanyi {

/// Sums over the ranks of a worker group of values that lie on their GPUs.
class DeviceSums {
 public:
  virtual ~DeviceSums() = default;
  /// Every entry becomes its sum over the ranks, in the order of what the device's default stream computes.
  /// The host does not wait for the sum. @param values  in device memory
  /// @throws BrokenGroupError  if an earlier sum failed or a rank does not come in time;
  /// InterruptedGroupError
  virtual void sum(float* values, std::int64_t count) = 0;

  /// Until every sum so far is done. To be called before the host reads what came of them: a copy would wait
  /// for ever behind the sum of a rank that is lost, and read what a sum that was given up has left.
  /// @throws as `sum`
  virtual void wait() = 0;

  /// What decides the bits of a sum: library, version, algorithm.
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace harsanyi
