#include "worker/engine/blas_mode.hpp"

#include <cstdlib>

namespace harsanyi {

void fix_blas_mode() {
  // STRICT exists from AVX2 on.
  const char* mode = __builtin_cpu_supports("avx2") ? "AVX2,STRICT" : "COMPATIBLE";
  ::setenv("MKL_CBWR", mode, /*overwrite=*/0);
}

std::string blas_mode() {
  const char* mode = std::getenv("MKL_CBWR");
  return mode == nullptr ? "default" : mode;
}

}  // namespace harsanyi
