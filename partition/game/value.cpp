#include "partition/game/value.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// NaN stays NaN: every comparison with it is false.
double clip(double value) {
  return std::clamp(value, -kValueClip, kValueClip);
}

}  // namespace

double log_odds_over_labels(std::span<const float> label_logits, int gold) {
  const auto labels = static_cast<std::int64_t>(label_logits.size());
  if (labels < 2)
    throw GameError{
        fmt::format("log-odds need at least two labels, got {}; check the benchmark's label words", labels)};
  if (gold < 0 || gold >= labels)
    throw GameError{
        fmt::format("right label {} is outside the {} labels; check the row's label field", gold, labels)};
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < labels; ++i) {
    const double logit = label_logits[static_cast<std::size_t>(i)];
    if (std::isnan(logit)) return std::numeric_limits<double>::quiet_NaN();
    if (i != gold) largest = std::max(largest, logit);
  }
  const double gold_logit = label_logits[static_cast<std::size_t>(gold)];
  // With an infinite maximum the sum below would be exp(inf - inf).
  if (std::isinf(largest)) return clip(gold_logit - largest);
  double sum = 0.0;
  for (std::int64_t i = 0; i < labels; ++i)
    if (i != gold) sum += std::exp(label_logits[static_cast<std::size_t>(i)] - largest);
  // In this order a common offset of the logits cancels before it can cost digits.
  return clip((gold_logit - largest) - std::log(sum));
}

double log_odds_over_vocabulary(double gold_logit, double logsumexp_others) {
  return clip(gold_logit - logsumexp_others);
}

double on_scale(double value, ValueScale scale) {
  return scale == ValueScale::measured ? value : 1.0 / (1.0 + std::exp(-value));
}

}  // namespace harsanyi
