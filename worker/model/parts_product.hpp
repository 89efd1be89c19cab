#pragma once

#include <vector>

#include "worker/model/weight_product.hpp"

namespace harsanyi {

/// Products of GPUs' tensor cores that are as exact as float32: rows are sums of three bfloat16 parts,
/// weights of as many as they need (one where the checkpoint has bfloat16), and the six largest products of
/// parts are added up in float32, the small ones first. Tensor cores cut sums off instead of rounding them,
/// so that the error grows with the length of a sum; a long one is computed in pieces that cuBLAS adds by
/// rounding. On the CPU the same by operators, for tests.
class PartsProduct final : public WeightProduct {
 public:
  /// Waits for the device where weights are not bfloat16. @param weight  [out, in] of any floating type
  explicit PartsProduct(const at::Tensor& weight);
  [[nodiscard]] at::Tensor times(const ProductInput& x) const override;
  [[nodiscard]] std::int64_t bytes() const noexcept override;

  /// Pieces of a sum of `in` terms: as many as keep its error near that of float32's own.
  [[nodiscard]] static int pieces_of(std::int64_t in);
  /// [..., 3 * in] bfloat16: small | middle | large. @param x  [..., in] float32
  [[nodiscard]] static at::Tensor parts_of(const at::Tensor& x);

 private:
  /// Neighbouring columns of the rows' parts, and the weights that they meet.
  struct Term {
    std::int64_t first;
    at::Tensor weight_nk;
  };

  std::int64_t out_;
  std::int64_t in_;
  std::vector<at::Tensor> weights_;  ///< what the terms are views of
  std::vector<Term> terms_;          ///< in the order in which they are added
};

}  // namespace harsanyi
