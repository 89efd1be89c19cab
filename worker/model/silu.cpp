#include "worker/model/silu.hpp"

#include <algorithm>

#include <c10/core/InferenceMode.h>

namespace harsanyi {
namespace {

constexpr std::int64_t kVectorLoop = 32;         // floats per turn of ATen's widest loop: two AVX-512 vectors
constexpr std::int64_t kEntriesPerTask = 32768;  // at::internal::GRAIN_SIZE

}  // namespace

at::Tensor silu_of_rows(const at::Tensor& x) {
  const auto width = x.size(-1);
  const at::Tensor rows_x = x.reshape({-1, width});
  const auto rows = rows_x.size(0);
  const auto missing = (kVectorLoop - width % kVectorLoop) % kVectorLoop;
  const at::Tensor filled =
      missing == 0 ? rows_x : at::cat({rows_x, at::zeros({rows, missing}, x.options())}, 1);
  at::Tensor out = at::empty_like(filled);
  const std::int64_t rows_per_task = std::max<std::int64_t>(1, kEntriesPerTask / filled.size(1));
  at::parallel_for(0, rows, rows_per_task, [&](std::int64_t first, std::int64_t last) {
    const c10::InferenceMode inference;  // a thread's own state
    at::Tensor part = out.narrow(0, first, last - first);
    at::silu_out(part, filled.narrow(0, first, last - first));
  });
  return out.narrow(1, 0, width).reshape(x.sizes());
}

}  // namespace harsanyi
