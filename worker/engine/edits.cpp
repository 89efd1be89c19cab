#include "worker/engine/edits.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/device.hpp"

namespace harsanyi {
namespace {

void require_fraction(double value, std::string_view name) {
  if (!(value >= 0.0 && value <= 1.0))
    throw ModelError{fmt::format("{} is {}; it must lie in [0, 1]", name, value)};
}

// Adds the calibration of some heads (GAC, Eq. 9-12) to the layers' edits.
void add_calibration(std::vector<AttentionEdit>& edits, const Calibration& calibration,
                     const ModelShape& shape, at::Device place) {
  require_fraction(calibration.alpha, "alpha");
  require_fraction(calibration.beta, "beta");
  if (calibration.edited_heads.size() != edits.size())
    throw ModelError{fmt::format("calibration names heads of {} layers, the model has {}",
                                 calibration.edited_heads.size(), shape.layers)};
  for (std::size_t layer = 0; layer < edits.size(); ++layer) {
    const std::vector<int>& heads = calibration.edited_heads[layer];
    if (heads.empty()) continue;
    for (const int head : heads)
      if (head < 0 || head >= shape.query_heads)
        throw ModelError{fmt::format("layer {}: head {} does not exist; the model has {} query heads", layer,
                                     head, shape.query_heads)};
    edits[layer].calibration =
        HeadCalibration{calibration.alpha, calibration.beta, calibration.redistribution,
                        on(place, at::tensor(std::vector<std::int64_t>(heads.begin(), heads.end())))};
  }
}

// Adds the mask of one layer (GAC, Eq. 4, or dropping).
void add_mask(std::vector<AttentionEdit>& edits, const LayerMask& mask, const ModelConfig& config,
              at::Device place) {
  require_epsilon(mask.epsilon);
  const PlayerLayout layout = config.layout();
  if (mask.layer.value < 0 || mask.layer.value >= config.shape.layers)
    throw ModelError{fmt::format("layer {} cannot be masked; the model has layers 0 to {}", mask.layer.value,
                                 config.shape.layers - 1)};
  if (mask.present.index() >= coalition_count(layout.players))
    throw ModelError{fmt::format("coalition {} does not exist; the model has {} players",
                                 mask.present.index(), layout.players)};
  const Coalition absent = mask.present.complement(layout.players);
  const bool drop = mask.mask == MaskKind::drop;
  at::Tensor scale = at::ones({layout.query_heads});
  const double factor = uses_epsilon(mask.mask) ? mask.epsilon : 0.0;
  for (const int head : layout.heads_of(absent)) scale.select(0, head).fill_(factor);
  AttentionEdit& edit = edits[static_cast<std::size_t>(mask.layer.value)];
  (drop ? edit.output_scale_H : edit.score_scale_H) = on(place, scale);
}

}  // namespace

std::vector<AttentionEdit> edits_of(const Intervention& intervention, const ModelConfig& config,
                                    at::Device place) {
  std::vector<AttentionEdit> edits(static_cast<std::size_t>(config.shape.layers));
  if (intervention.calibration) add_calibration(edits, *intervention.calibration, config.shape, place);
  if (intervention.mask) add_mask(edits, *intervention.mask, config, place);
  return edits;
}

std::vector<AttentionEdit> edits_of(const Calibration* calibration, const ModelConfig& config,
                                    at::Device place) {
  std::vector<AttentionEdit> edits(static_cast<std::size_t>(config.shape.layers));
  if (calibration != nullptr) add_calibration(edits, *calibration, config.shape, place);
  return edits;
}

void require_epsilon(double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0.0)
    throw ModelError{fmt::format("epsilon is {}; it must be finite and not negative", epsilon)};
}

}  // namespace harsanyi
