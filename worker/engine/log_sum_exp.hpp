#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace harsanyi {

/// sum of exp(logit - largest), in double and in token order: a library's reduction may split the row between
/// threads, and the bits would depend on their number.
struct ExpSum {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0.0;
};

inline constexpr std::size_t kNoneLeftOut = std::numeric_limits<std::size_t>::max();

/// @param left_out  the place of a logit that does not count
[[nodiscard]] ExpSum exp_sum(std::span<const float> logits, std::size_t left_out = kNoneLeftOut);

/// ln of the sum of exp over all logits.
[[nodiscard]] double log_sum_exp(std::span<const float> logits);

}  // namespace harsanyi
