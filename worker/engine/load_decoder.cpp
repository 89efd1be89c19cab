#include "worker/engine/load_decoder.hpp"

#include <cstdlib>

#include <c10/core/InferenceMode.h>

namespace harsanyi {
namespace {

// Before MKL's first call: results that depend neither on the number of threads nor on alignment
// (oneMKL, "Conditional Numerical Reproducibility"; STRICT exists from AVX2 on). What the user sets stands.
void fix_blas_mode() {
  const char* mode = __builtin_cpu_supports("avx2") ? "AVX2,STRICT" : "COMPATIBLE";
  ::setenv("MKL_CBWR", mode, /*overwrite=*/0);
}

}  // namespace

Decoder load_decoder(const std::filesystem::path& folder) {
  fix_blas_mode();
  const c10::InferenceMode inference;
  ModelConfig config = read_model_config(folder);
  Weights weights = load_weights(folder, config);
  return {std::move(config), std::move(weights)};
}

}  // namespace harsanyi
