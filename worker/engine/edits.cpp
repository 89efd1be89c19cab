#include "worker/engine/edits.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_fraction(double value, std::string_view name) {
  if (!(value >= 0.0 && value <= 1.0))
    throw ModelError{fmt::format("{} is {}; it must lie in [0, 1]", name, value)};
}

void require_heads(const std::vector<int>& heads, std::size_t layer, const ModelShape& shape) {
  for (const int head : heads)
    if (head < 0 || head >= shape.query_heads)
      throw ModelError{fmt::format("layer {}: head {} does not exist; the model has {} query heads", layer,
                                   head, shape.query_heads)};
}

// Adds the calibration of some heads (GAC, Eq. 9-12) to the layers' edits.
void add_calibration(std::vector<AttentionEdit>& edits, const Calibration& calibration,
                     const Decoder& decoder) {
  const ModelShape& shape = decoder.config().shape;
  require_fraction(calibration.alpha, "alpha");
  require_fraction(calibration.beta, "beta");
  if (calibration.edited_heads.size() != edits.size())
    throw ModelError{fmt::format("calibration names heads of {} layers, the model has {}",
                                 calibration.edited_heads.size(), shape.layers)};
  const Slice own = decoder.part().shard().query_heads;
  for (std::size_t layer = 0; layer < edits.size(); ++layer) {
    require_heads(calibration.edited_heads[layer], layer, shape);
    std::vector<std::int64_t> own_heads;
    for (const int head : calibration.edited_heads[layer])
      if (own.contains(head)) own_heads.push_back(head - own.first);
    if (own_heads.empty()) continue;
    edits[layer].calibration =
        HeadCalibration{calibration.alpha, calibration.beta, calibration.redistribution,
                        on(decoder.device().place, at::tensor(own_heads))};
  }
}

// Adds the mask of one layer (GAC, Eq. 4, or dropping).
void add_mask(std::vector<AttentionEdit>& edits, const LayerMask& mask, const Decoder& decoder) {
  require_epsilon(mask.epsilon);
  const ModelConfig& config = decoder.config();
  const PlayerLayout layout = config.layout();
  if (mask.layer.value < 0 || mask.layer.value >= config.shape.layers)
    throw ModelError{fmt::format("layer {} cannot be masked; the model has layers 0 to {}", mask.layer.value,
                                 config.shape.layers - 1)};
  if (mask.present.index() >= coalition_count(layout.players))
    throw ModelError{fmt::format("coalition {} does not exist; the model has {} players",
                                 mask.present.index(), layout.players)};
  const Coalition absent = mask.present.complement(layout.players);
  const bool drop = mask.mask == MaskKind::drop;
  const Slice own = decoder.part().shard().query_heads;
  at::Tensor scale = at::ones({own.size()});
  const double factor = uses_epsilon(mask.mask) ? mask.epsilon : 0.0;
  for (const int head : layout.heads_of(absent))
    if (own.contains(head)) scale.select(0, head - own.first).fill_(factor);
  AttentionEdit& edit = edits[static_cast<std::size_t>(mask.layer.value)];
  (drop ? edit.output_scale_H : edit.score_scale_H) = on(decoder.device().place, scale);
}

std::vector<AttentionEdit> no_edits(const Decoder& decoder) {
  return std::vector<AttentionEdit>(static_cast<std::size_t>(decoder.config().shape.layers));
}

}  // namespace

std::vector<AttentionEdit> edits_of(const Intervention& intervention, const Decoder& decoder) {
  std::vector<AttentionEdit> edits = no_edits(decoder);
  if (intervention.calibration) add_calibration(edits, *intervention.calibration, decoder);
  if (intervention.mask) add_mask(edits, *intervention.mask, decoder);
  return edits;
}

std::vector<AttentionEdit> edits_of(const Calibration* calibration, const Decoder& decoder) {
  std::vector<AttentionEdit> edits = no_edits(decoder);
  if (calibration != nullptr) add_calibration(edits, *calibration, decoder);
  return edits;
}

bool edits_any_head(const Calibration* calibration) {
  if (calibration == nullptr) return false;
  const auto& layers = calibration->edited_heads;
  return std::any_of(layers.begin(), layers.end(), [](const auto& heads) { return !heads.empty(); });
}

void require_epsilon(double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0.0)
    throw ModelError{fmt::format("epsilon is {}; it must be finite and not negative", epsilon)};
}

}  // namespace harsanyi
