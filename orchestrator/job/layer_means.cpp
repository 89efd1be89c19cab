#include "orchestrator/job/layer_means.hpp"

#include <algorithm>
#include <cmath>

#include "orchestrator/job/computed_values.hpp"

namespace harsanyi {
namespace {

LayerSummary means_of(const DividendCube& cube, LayerId layer) {
  return summarise_layer(computed_values(cube, layer), cube.description().plan.shape.players,
                         Orientation::present, ZeroRule::none, ValueScale::measured,
                         gaps_of(cube.description()));
}

bool agree(double a, double b) {
  constexpr double rounding = 1e-12;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= rounding * std::max({1.0, std::abs(a), std::abs(b)});
}

bool agree(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return agree(x, y); });
}

bool agree(const LayerSummary& a, const LayerSummary& b) {
  return a.samples == b.samples && agree(a.value_mean, b.value_mean) &&
         agree(a.dividend_mean, b.dividend_mean) &&
         agree(a.dividend_standard_error, b.dividend_standard_error);
}

}  // namespace

std::vector<LayerSummary> layer_means(const DividendCube& cube) {
  std::vector<LayerSummary> layers;
  for (const LayerId layer : LayerRange{0, cube.description().plan.shape.layers})
    layers.push_back(means_of(cube, layer));
  return layers;
}

std::vector<LayerId> layers_with_wrong_means(const DividendCube& cube) {
  std::vector<LayerId> wrong;
  const auto stored = cube.summaries();
  if (!stored) return wrong;
  for (std::size_t i = 0; i < stored->size(); ++i) {
    const auto layer = LayerId::from_index(static_cast<std::int64_t>(i));
    if (!agree(stored->at(i), means_of(cube, layer))) wrong.push_back(layer);
  }
  return wrong;
}

}  // namespace harsanyi
