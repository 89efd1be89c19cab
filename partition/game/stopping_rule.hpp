#pragma once

#include "partition/game/conventions.hpp"
#include "partition/game/sequential_elimination.hpp"

namespace harsanyi {

/// How a sweep decides that it has samples enough of a layer: what a cube records of it. Only `kind` counts
/// for Stopping::full.
struct StoppingRule {
  Stopping kind = Stopping::full;
  EliminationRule elimination = {};
  int first_samples = 0;  ///< of the largest pool, before the first look
  double growth = 1.5;    ///< from one round's samples to the next
  // How the dividends are read that the arg-max is taken of:
  Orientation orientation = Orientation::present;
  ZeroRule zero = ZeroRule::none;
  ValueScale scale = ValueScale::measured;
};

}  // namespace harsanyi
