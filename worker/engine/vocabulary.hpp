#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/model/decoder.hpp"

namespace harsanyi {

/// Rows of logits over the vocabulary, each rank of the worker group with those of its tokens. What they come
/// to is computed where they lie, and only that is exchanged: calls are collective and give the same on all
/// ranks.
class VocabularyLogits {
 public:
  /// @param normed  [..., d] after the final norm
  VocabularyLogits(const Decoder& decoder, const at::Tensor& normed);

  [[nodiscard]] std::int64_t rows() const noexcept { return own_SV_.size(0); }
  /// [rows, own tokens] float32 in host memory.
  [[nodiscard]] const at::Tensor& own() const noexcept { return own_SV_; }

  /// [rows] ids of the largest logits, the lowest of equals. @throws ModelError  if a logit is NaN
  [[nodiscard]] std::vector<std::int32_t> most_likely() const;
  /// [rows] ln of the sum of exp over all tokens (log_sum_exp.hpp).
  [[nodiscard]] std::vector<double> log_sum_exp() const;
  /// [rows] the same over all tokens but one. @param left_out  [rows]
  [[nodiscard]] std::vector<double> log_sum_exp_without(std::span<const std::int32_t> left_out) const;
  /// [rows] the logit of one token each. @param tokens  [rows]
  [[nodiscard]] std::vector<double> of(std::span<const std::int32_t> tokens) const;

 private:
  [[nodiscard]] std::span<const float> row(std::int64_t r) const;
  [[nodiscard]] std::vector<double> joined(const std::vector<double>& largest_and_sum) const;

  at::Tensor own_SV_;
  const ModelPart& part_;
};

/// Place of the largest logit, the first of equals. @throws ModelError  if a logit is NaN
[[nodiscard]] std::int32_t most_likely(std::span<const float> logits);

}  // namespace harsanyi
