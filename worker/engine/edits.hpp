#pragma once

#include <vector>

#include "worker/engine/engine.hpp"
#include "worker/model/attention.hpp"

namespace harsanyi {

/// [layers] what an intervention changes in each layer's attention. @param place  where the model lies
/// @throws ModelError  if it names a layer, coalition or head that the model lacks, or a number out of range
[[nodiscard]] std::vector<AttentionEdit> edits_of(const Intervention& intervention, const ModelConfig& config,
                                                  at::Device place = at::kCPU);
[[nodiscard]] std::vector<AttentionEdit> edits_of(const Calibration* calibration, const ModelConfig& config,
                                                  at::Device place = at::kCPU);

/// @throws ModelError  unless `epsilon` is finite and not negative
void require_epsilon(double epsilon);

}  // namespace harsanyi
