#pragma once

#include <vector>

#include "partition/game/summary.hpp"
#include "storage/cube/dividend_cube.hpp"

namespace harsanyi {

/// What a cube is completed with: mean values and dividends of every layer over the samples that it has (spec
/// gac.md section 5). Holds one layer at a time in memory.
[[nodiscard]] std::vector<LayerSummary> layer_means(const DividendCube& cube);

/// The layers of a complete cube whose means in the file are not those of its values. Differences below 1e-12
/// of the numbers do not count: another compiler may round another way.
[[nodiscard]] std::vector<LayerId> layers_with_wrong_means(const DividendCube& cube);

}  // namespace harsanyi
