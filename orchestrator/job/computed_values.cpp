#include "orchestrator/job/computed_values.hpp"

namespace harsanyi {

std::vector<double> computed_values(const DividendCube& cube, LayerId layer,
                                    const std::vector<bool>& chosen) {
  const std::vector<bool> computed = cube.computed_samples(layer);
  const std::vector<double> values = cube.layer_values(layer);
  const auto coalitions = static_cast<std::ptrdiff_t>(cube.description().plan.shape.coalitions());
  std::vector<double> kept;
  for (std::size_t sample = 0; sample < computed.size(); ++sample) {
    if (!computed[sample] || (!chosen.empty() && !chosen[sample])) continue;
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(sample) * coalitions;
    kept.insert(kept.end(), row, row + coalitions);
  }
  return kept;
}

Gaps gaps_of(const CubeDescription& cube) {
  return cube.stopping.kind == Stopping::full ? Gaps::refused : Gaps::kept;
}

}  // namespace harsanyi
