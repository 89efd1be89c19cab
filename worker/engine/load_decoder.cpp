#include "worker/engine/load_decoder.hpp"

#include <c10/core/InferenceMode.h>

#include "worker/engine/freed_memory.hpp"
#include "worker/model/blas_mode.hpp"

namespace harsanyi {
Decoder load_decoder(const std::filesystem::path& folder, const EngineOptions& options) {
  fix_blas_mode();
  keep_freed_memory();
  const c10::InferenceMode inference;
  ModelConfig config = read_model_config(folder);
  const Arithmetic arithmetic = arithmetic_of(options.compute, options.kernel);
  Weights weights = load_weights(folder, config, options.weights, arithmetic);
  return {std::move(config), std::move(weights), arithmetic};
}

}  // namespace harsanyi
