#pragma once

#include <vector>

#include "storage/cube/dividend_cube.hpp"

namespace harsanyi {

/// A layer's values of the samples that the cube has and that are chosen: [samples, coalitions], row-major,
/// in sample order. A finished cube lacks samples where a layer was decided without them (StoppingRule), and
/// coalitions of a sample, NaN, that were no longer candidates nor needed by one.
/// @param chosen  [samples]; none: all
[[nodiscard]] std::vector<double> computed_values(const DividendCube& cube, LayerId layer,
                                                  const std::vector<bool>& chosen = {});

/// What NaN among them does.
[[nodiscard]] Gaps gaps_of(const CubeDescription& cube);

}  // namespace harsanyi
