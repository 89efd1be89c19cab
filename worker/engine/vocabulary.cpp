#include "worker/engine/vocabulary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "partition/base/error.hpp"
#include "worker/engine/log_sum_exp.hpp"
#include "worker/engine/tensor_rows.hpp"

namespace harsanyi {

VocabularyLogits::VocabularyLogits(const Decoder& decoder, const at::Tensor& normed)
    : own_SV_{decoder.part().on_host(decoder.own_logits(normed)).flatten(0, -2)}, part_{decoder.part()} {}

std::span<const float> VocabularyLogits::row(std::int64_t r) const {
  return row_of(own_SV_, r);
}

std::vector<std::int32_t> VocabularyLogits::most_likely() const {
  std::vector<double> own;  // [rows, 2] token and its logit
  for (std::int64_t r = 0; r < rows(); ++r) {
    const std::int32_t place = harsanyi::most_likely(row(r));
    own.push_back(static_cast<double>(part_.shard().vocabulary.first + place));
    own.push_back(static_cast<double>(row(r)[static_cast<std::size_t>(place)]));
  }
  const std::vector<double> all = part_.gather(own);
  std::vector<std::int32_t> tokens;
  for (std::size_t r = 0; r < own.size(); r += 2) {
    std::size_t best = r;
    for (std::size_t of_rank = r + own.size(); of_rank < all.size(); of_rank += own.size())
      if (all[of_rank + 1] > all[best + 1]) best = of_rank;
    tokens.push_back(static_cast<std::int32_t>(all[best]));
  }
  return tokens;
}

/// Of every rank's largest logit m and sum of exp(logit - m), the whole vocabulary's ln of the sum of exp.
/// @param largest_and_sum  [rows, 2] of this rank
std::vector<double> VocabularyLogits::joined(const std::vector<double>& largest_and_sum) const {
  const std::vector<double> all = part_.gather(largest_and_sum);
  const std::size_t width = largest_and_sum.size();
  std::vector<double> results;
  for (std::size_t r = 0; r < width; r += 2) {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = r; i < all.size(); i += width) largest = std::max(largest, all[i]);
    double sum = 0.0;
    for (std::size_t i = r; i < all.size(); i += width) sum += all[i + 1] * std::exp(all[i] - largest);
    results.push_back(largest + std::log(sum));
  }
  return results;
}

std::vector<double> VocabularyLogits::log_sum_exp() const {
  std::vector<double> own;
  for (std::int64_t r = 0; r < rows(); ++r) {
    const ExpSum sum = exp_sum(row(r));
    own.insert(own.end(), {sum.largest, sum.sum});
  }
  return joined(own);
}

std::vector<double> VocabularyLogits::log_sum_exp_without(std::span<const std::int32_t> left_out) const {
  std::vector<double> own;
  for (std::int64_t r = 0; r < rows(); ++r) {
    // A token of another rank is no place in this row.
    const std::int64_t place = left_out[static_cast<std::size_t>(r)] - part_.shard().vocabulary.first;
    const ExpSum sum = exp_sum(row(r), static_cast<std::size_t>(place));
    own.insert(own.end(), {sum.largest, sum.sum});
  }
  return joined(own);
}

std::vector<double> VocabularyLogits::of(std::span<const std::int32_t> tokens) const {
  const Slice own_tokens = part_.shard().vocabulary;
  std::vector<double> own;
  for (std::int64_t r = 0; r < rows(); ++r) {
    const std::int32_t token = tokens[static_cast<std::size_t>(r)];
    const bool here = own_tokens.contains(token);
    own.push_back(here ? static_cast<double>(row(r)[static_cast<std::size_t>(token - own_tokens.first)])
                       : 0.0);
  }
  const std::vector<double> all = part_.gather(own);
  std::vector<double> logits(own.size());
  for (std::size_t i = 0; i < all.size(); ++i) logits[i % own.size()] += all[i];
  return logits;
}

std::int32_t most_likely(std::span<const float> logits) {
  if (std::any_of(logits.begin(), logits.end(), [](float logit) { return std::isnan(logit); }))
    throw ModelError{
        "a logit is no number, so no token can be chosen; the checkpoint is damaged, or its numbers exceed "
        "the compute type: use float32"};
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace harsanyi
