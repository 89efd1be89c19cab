#pragma once

#include <optional>
#include <vector>

#include "partition/base/id.hpp"
#include "partition/plan/unit_profile.hpp"

namespace harsanyi {

/// What a worker returns for one unit: its values, row-major, in the shape the plan gives that unit.
/// Sweep: [layers, samples, coalitions]. Evaluation: [items, values_per_item] as `AnswerKind` lists them.
struct Block {
  UnitId unit;
  std::vector<double> values;
  std::optional<UnitProfile> profile{};  ///< where time is measured
};

}  // namespace harsanyi
