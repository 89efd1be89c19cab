#pragma once

#include <algorithm>
#include <cmath>

namespace harsanyi {

/// How long a worker may take for a unit before it is taken for lost. Reads no clock.
///
/// A false alarm repeats work, and a worker that hangs costs its own time alone, so the limit is generous:
/// ten times the slowest unit that was done so far, at least a minute. Units that cost more than any done one
/// get more in proportion. Until the first unit is done nothing is known, and a day is given.
class UnitDeadline {
 public:
  static constexpr double kTimesSlowest = 10.0;
  static constexpr double kLeastSeconds = 60.0;
  static constexpr double kSecondsBeforeAny = 86400.0;

  /// @param fixed_seconds  for every unit; 0: measured as above
  explicit UnitDeadline(double fixed_seconds) : fixed_seconds_{fixed_seconds} {}

  void on_done(double cost, double seconds) noexcept {
    slowest_seconds_ = std::max(slowest_seconds_, seconds);
    largest_cost_ = std::max(largest_cost_, cost);
  }

  /// @param missed  how often the unit was not done in time: each time it gets twice as long
  [[nodiscard]] double seconds(double cost, int missed) const noexcept {
    return std::ldexp(first_seconds(cost), missed);
  }

 private:
  [[nodiscard]] double first_seconds(double cost) const noexcept {
    if (fixed_seconds_ > 0.0) return fixed_seconds_;
    if (largest_cost_ == 0.0) return kSecondsBeforeAny;
    return std::max(kLeastSeconds, kTimesSlowest * slowest_seconds_ * std::max(1.0, cost / largest_cost_));
  }

  double fixed_seconds_;
  double slowest_seconds_ = 0.0;
  double largest_cost_ = 0.0;
};

}  // namespace harsanyi
