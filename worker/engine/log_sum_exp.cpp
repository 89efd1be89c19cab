#include "worker/engine/log_sum_exp.hpp"

#include <algorithm>
#include <cmath>

namespace harsanyi {

ExpSum exp_sum(std::span<const float> logits, std::size_t left_out) {
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t token = 0; token < logits.size(); ++token)
    if (token != left_out) largest = std::max(largest, logits[token]);
  double sum = 0.0;
  for (std::size_t token = 0; token < logits.size(); ++token)
    if (token != left_out) sum += std::exp(static_cast<double>(logits[token]) - largest);
  return {largest, sum};
}

double log_sum_exp(std::span<const float> logits) {
  const ExpSum sum = exp_sum(logits);
  return sum.largest + std::log(sum.sum);
}

}  // namespace harsanyi
