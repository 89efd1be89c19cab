#include "worker/engine/load_decoder.hpp"

#include <c10/core/InferenceMode.h>

#include "worker/engine/freed_memory.hpp"
#include "worker/model/blas_mode.hpp"
#include "worker/model/scalar_type.hpp"

namespace harsanyi {
Decoder load_decoder(const std::filesystem::path& folder, const EngineOptions& options) {
  fix_blas_mode();
  keep_freed_memory();
  const c10::InferenceMode inference;
  ModelConfig config = read_model_config(folder);
  Weights weights = load_weights(folder, config, options.weights, options.compute);
  return {std::move(config), std::move(weights), scalar_type(options.compute)};
}

}  // namespace harsanyi
