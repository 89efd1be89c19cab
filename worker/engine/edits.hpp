#pragma once

#include <vector>

#include "worker/engine/engine.hpp"
#include "worker/model/attention.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// [layers] what an intervention, whose heads are numbered as the model's, changes in the attention of the
/// decoder's own heads.
/// @throws ModelError  if it names a layer, coalition or head that the model lacks, or a number out of range
[[nodiscard]] std::vector<AttentionEdit> edits_of(const Intervention& intervention, const Decoder& decoder);
[[nodiscard]] std::vector<AttentionEdit> edits_of(const Calibration* calibration, const Decoder& decoder);

/// Whether any head of the model is calibrated: then prompts are laid out separately, on every rank.
[[nodiscard]] bool edits_any_head(const Calibration* calibration);

/// @throws ModelError  unless `epsilon` is finite and not negative
void require_epsilon(double epsilon);

}  // namespace harsanyi
