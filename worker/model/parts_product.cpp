#include "worker/model/parts_product.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include "worker/model/gpu/kernels.hpp"

namespace harsanyi {
namespace {

/// Products of parts that float32 can hold: the places of both, 0 for the large ones, add up to less.
constexpr int kSumsOfPlaces = 3;

/// Parts of a weight matrix, the large one first: as many as its numbers have, three at the most.
std::vector<at::Tensor> weight_parts(const at::Tensor& weight) {
  std::vector<at::Tensor> parts{weight.to(at::kBFloat16).contiguous()};
  if (weight.scalar_type() == at::kBFloat16) return parts;
  at::Tensor rest = weight.to(at::kFloat) - parts.front();
  while (static_cast<int>(parts.size()) < gpu::kParts && rest.any().item<bool>()) {
    parts.push_back(rest.to(at::kBFloat16));
    rest = rest - parts.back();
  }
  return parts;
}

/// Where a piece of a sum begins, at a line of memory where it can.
std::int64_t start_of(std::int64_t in, int piece, int pieces) {
  constexpr std::int64_t kLine = 64;
  return piece == pieces ? in : in * piece / pieces / kLine * kLine;
}

/// y += a b^T, or y = a b^T where there is none yet; bfloat16 factors, float32 sums.
void add_product(at::Tensor& y, const at::Tensor& a, const at::Tensor& b) {
  if (a.is_cpu()) {
    const at::Tensor product = at::matmul(a.to(at::kFloat), b.to(at::kFloat).t());
    y = y.defined() ? y.add_(product) : product;
  } else if (!y.defined()) {
    y = at::mm(a, b.t(), at::kFloat);
  } else {
    at::addmm_out(y, y, a, b.t(), at::kFloat);
  }
}

}  // namespace

int PartsProduct::pieces_of(std::int64_t in) {
  // Measured on an H100 (docs/decisions/device-code.md): a sum of k terms is off by k * 1e-9 of its size,
  // float32's by sqrt(in) * 1.8e-8.
  constexpr std::int64_t kShort = 768;
  constexpr double kTermsPerRoot = 18.0;
  if (in <= kShort) return 1;
  return static_cast<int>(std::ceil(std::sqrt(static_cast<double>(in)) / kTermsPerRoot));
}

at::Tensor PartsProduct::parts_of(const at::Tensor& x) {
  const at::Tensor large = x.to(at::kBFloat16);
  const at::Tensor rest = x - large;
  const at::Tensor middle = rest.to(at::kBFloat16);
  return at::cat({(rest - middle).to(at::kBFloat16), middle, large}, -1);
}

PartsProduct::PartsProduct(const at::Tensor& weight) : out_{weight.size(0)}, in_{weight.size(1)} {
  const std::vector<at::Tensor> parts = weight_parts(weight);
  const int pieces = pieces_of(in_);
  if (parts.size() == 1 && pieces == 1) {
    // One product of all parts: three times the memory, of small matrices.
    weights_ = {at::cat({parts.front(), parts.front(), parts.front()}, 1)};
    terms_ = {{0, weights_.front()}};
    return;
  }
  weights_ = parts;
  // Row parts lie small | middle | large: place r of a part is at column (2 - r) * in.
  for (int sum = kSumsOfPlaces - 1; sum >= 0; --sum)
    for (int of_weight = std::min(sum, static_cast<int>(parts.size()) - 1); of_weight >= 0; --of_weight) {
      const std::int64_t column = (gpu::kParts - 1 - (sum - of_weight)) * in_;
      const int split = sum == 0 ? pieces : 1;
      for (int piece = 0; piece < split; ++piece) {
        const std::int64_t first = start_of(in_, piece, split);
        const std::int64_t size = start_of(in_, piece + 1, split) - first;
        terms_.push_back(
            {column + first, weights_[static_cast<std::size_t>(of_weight)].narrow(1, first, size)});
      }
    }
}

at::Tensor PartsProduct::times(const ProductInput& x) const {
  const at::Tensor& parts = x.packed([&x] { return parts_of(x.rows()); });
  const at::Tensor flat = parts.flatten(0, -2);
  at::Tensor y;
  for (const Term& term : terms_)
    add_product(y, flat.narrow(1, term.first, term.weight_nk.size(1)), term.weight_nk);
  std::vector<std::int64_t> sizes = parts.sizes().vec();
  sizes.back() = out_;
  return y.view(sizes);
}

std::int64_t PartsProduct::bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const at::Tensor& weight : weights_) bytes += static_cast<std::int64_t>(weight.nbytes());
  return bytes;
}

}  // namespace harsanyi
