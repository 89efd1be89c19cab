#include "worker/model/blas_mode.hpp"

#include <cstdlib>

namespace harsanyi {
namespace {

// STRICT exists from AVX2 on. AVX512 is MKL's name for processors with these parts of AVX-512.
const char* widest_strict_mode() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return "AVX512,STRICT";
  return __builtin_cpu_supports("avx2") ? "AVX2,STRICT" : "COMPATIBLE";
}

}  // namespace

void fix_blas_mode() {
  ::setenv("MKL_CBWR", widest_strict_mode(), /*overwrite=*/0);
}

std::string blas_mode() {
  const char* mode = std::getenv("MKL_CBWR");
  return mode == nullptr ? "default" : mode;
}

}  // namespace harsanyi
