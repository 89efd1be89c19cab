#pragma once

#include <vector>

#include "storage/cube/dividend_cube.hpp"

namespace harsanyi {

/// A layer's values of the samples that the cube has and that are chosen: [samples, coalitions], row-major,
/// in sample order. A finished cube lacks samples where a layer was decided without them (StoppingRule).
/// @param chosen  [samples]; none: all
[[nodiscard]] std::vector<double> computed_values(const DividendCube& cube, LayerId layer,
                                                  const std::vector<bool>& chosen = {});

}  // namespace harsanyi
