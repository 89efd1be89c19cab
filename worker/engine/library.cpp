#include <cstddef>
#include <exception>
#include <string>

#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include "partition/base/fixed_text.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/product_speed.hpp"

// What orchestrator/run/engine_library.cpp looks up by name after dlopen.

extern "C" {

/// A new engine that the caller deletes; null on failure, with the reason in `error`.
__attribute__((visibility("default"))) harsanyi::Engine* harsanyi_engine_create(
    const char* folder, const harsanyi::EngineOptions* options, char* error, std::size_t error_size) {
  try {
    return harsanyi::load_engine(folder, *options).release();
  } catch (const std::exception& e) {
    harsanyi::write_text({error, error_size}, e.what());
    return nullptr;
  }
}

/// One line for `doctor`: libtorch and its BLAS.
__attribute__((visibility("default"))) const char* harsanyi_engine_description() {
  static const std::string text = "libtorch " TORCH_VERSION ", " + at::get_mkl_version();
  return text.c_str();
}

/// Operations per second of matrix products in a compute type (product_speed.hpp).
__attribute__((visibility("default"))) double harsanyi_engine_product_speed(harsanyi::ComputeType type,
                                                                            int threads) {
  return harsanyi::product_speed(type, threads);
}
}
