#pragma once

#include <span>
#include <vector>

#include "worker/engine/engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// Log-likelihoods of the continuations of one prompt (Engine::log_likelihoods). The continuations are the
/// sequences of one batch, which share their prefix unless they are calibrated.
/// Collective.
/// @param calibration  null for the unmodified model
/// @return  [continuations], natural logarithm
[[nodiscard]] std::vector<double> continuation_log_likelihoods(const Decoder& decoder, const Prompt& prompt,
                                                               const Calibration* calibration);

}  // namespace harsanyi
