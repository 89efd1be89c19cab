#pragma once

#include <optional>
#include <vector>

#include "partition/plan/unit_profile.hpp"

namespace harsanyi {

/// Where the time of a sweep went, as far as its runs were told to measure it.
struct SweepProfile {
  std::vector<std::optional<UnitProfile>> units;  ///< [units] nothing where a unit was not measured
  std::vector<double> unit_flops;                 ///< [units] useful operations; NaN where unknown
  RunSeconds run;                                 ///< sum over the measured runs that ended in order
};

}  // namespace harsanyi
