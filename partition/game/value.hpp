#pragma once

#include <span>

#include "partition/game/conventions.hpp"

namespace harsanyi {

/// Largest magnitude of a value: beyond it float32 logits carry no information and a mean would be lost.
inline constexpr double kValueClip = 30.0;

/// v = ln(p / (1 - p)), p = probability of the gold label under a softmax over the label tokens (GAC, Eq. 3),
/// computed as logit_gold - logsumexp(other labels); 1 - p is never formed. Clipped at +-kValueClip.
/// @param label_logits  [labels], at least two
/// @param gold          index into label_logits
/// @return  log-odds; NaN if a logit is NaN, so that the caller can set the unit aside
/// @throws GameError  for fewer than two labels, or a gold index outside them
[[nodiscard]] double log_odds_over_labels(std::span<const float> label_logits, int gold);

/// The same with a softmax over the whole vocabulary; clipped alike, NaN for NaN.
/// @param gold_logit        logit of the right answer's token
/// @param logsumexp_others  logsumexp over every other token of the vocabulary
[[nodiscard]] double log_odds_over_vocabulary(double gold_logit, double logsumexp_others);

/// The stored value on the scale that dividends are taken on: as it is, or the probability
/// p = 1 / (1 + exp(-v)) whose log-odds it is. NaN stays NaN.
[[nodiscard]] double on_scale(double value, ValueScale scale);

}  // namespace harsanyi
