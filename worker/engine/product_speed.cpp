#include "worker/engine/product_speed.hpp"

#include <algorithm>
#include <chrono>

#include <c10/core/InferenceMode.h>

#include "worker/model/blas_mode.hpp"
#include "worker/model/matrix.hpp"

namespace harsanyi {

double product_speed(ComputeType type, int threads) {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t kSize = 512;
  constexpr int kFewestProducts = 3;
  constexpr std::chrono::duration<double> kLongEnough{0.05};
  fix_blas_mode();
  at::set_num_threads(threads);
  const c10::InferenceMode inference;
  const at::Tensor x = at::full({kSize, kSize}, 0.5);
  const Arithmetic arithmetic = arithmetic_of(type, ProductKernel::automatic, at::kCPU);
  const Matrix weight = Matrix::prepared(x, arithmetic);
  (void)weight.times(x, {}, arithmetic);  // the first call sets the library up
  double best = 0.0;
  const auto start = Clock::now();
  for (int i = 0; i < kFewestProducts || Clock::now() - start < kLongEnough; ++i) {
    const auto before = Clock::now();
    (void)weight.times(x, {}, arithmetic);
    const std::chrono::duration<double> taken = Clock::now() - before;
    best = std::max(best, 2.0 * kSize * kSize * kSize / taken.count());
  }
  return best;
}

}  // namespace harsanyi
