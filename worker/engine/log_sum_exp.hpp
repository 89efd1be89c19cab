#pragma once

#include <span>

namespace harsanyi {

/// ln of the sum of exp over all logits, in double and in token order: a library's reduction may split the
/// row between threads, and the bits would depend on their number.
[[nodiscard]] double log_sum_exp(std::span<const float> logits);

/// The same over all logits but one.
[[nodiscard]] double log_sum_exp_without(std::span<const float> logits, std::size_t left_out);

}  // namespace harsanyi
