#include "worker/model/row_functions.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "worker/model/vectorised.hpp"

namespace harsanyi {
namespace {

constexpr std::int64_t kEntriesPerTask = 32768;

std::int64_t rows_per_task(std::int64_t width) {
  return std::max<std::int64_t>(1, kEntriesPerTask / std::max<std::int64_t>(1, width));
}

HARSANYI_VECTORISED void norm_rows(const float* x, const float* weight, float epsilon, std::int64_t rows,
                                   std::int64_t width, float* out) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, out += width) {
    const float squares = folded_sum<32>(width, [x](std::int64_t j) { return x[j] * x[j]; });
    const float mean = squares / static_cast<float>(width);
    const float scale = 1.0F / std::sqrt(mean + epsilon);
    for (std::int64_t j = 0; j < width; ++j) out[j] = x[j] * scale * weight[j];
  }
}

HARSANYI_VECTORISED void gate_rows(float* gate, const float* up, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate += width, up += width)
    for (std::int64_t j = 0; j < width; ++j) gate[j] = gate[j] / (1.0F + exponential(-gate[j])) * up[j];
}

// A block of the sum stays in the first cache while the terms pass by.
HARSANYI_VECTORISED void sum_entries(std::span<const float* const> terms, std::int64_t first,
                                     std::int64_t last, float* out) {
  constexpr std::int64_t kBlock = 1024;
  for (std::int64_t from = first; from < last; from += kBlock) {
    const std::int64_t to = from + kBlock < last ? from + kBlock : last;
    for (std::int64_t i = from; i < to; ++i) out[i] = terms[0][i];
    for (std::size_t t = 1; t < terms.size(); ++t)
      for (std::int64_t i = from; i < to; ++i) out[i] += terms[t][i];
  }
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty_like(in);
  const auto width = in.size(-1);
  const auto* from = in.const_data_ptr<float>();
  const auto* scale = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  at::parallel_for(0, in.numel() / width, rows_per_task(width), [=](std::int64_t first, std::int64_t last) {
    norm_rows(from + first * width, scale, static_cast<float>(epsilon), last - first, width,
              to + first * width);
  });
  return out;
}

void gate_in_place(const at::Tensor& gate, const at::Tensor& up) {
  const auto width = gate.size(-1);
  auto* to = gate.mutable_data_ptr<float>();
  const auto* by = up.const_data_ptr<float>();
  at::parallel_for(0, gate.numel() / width, rows_per_task(width), [=](std::int64_t first, std::int64_t last) {
    gate_rows(to + first * width, by + first * width, last - first, width);
  });
}

void sum_into(const at::Tensor& out, std::span<const at::Tensor> terms) {
  std::vector<const float*> entries;
  entries.reserve(terms.size());
  for (const at::Tensor& term : terms) entries.push_back(term.const_data_ptr<float>());
  auto* to = out.mutable_data_ptr<float>();
  at::parallel_for(0, out.numel(), kEntriesPerTask,
                   [&](std::int64_t first, std::int64_t last) { sum_entries(entries, first, last, to); });
}

}  // namespace harsanyi
