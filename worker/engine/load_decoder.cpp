#include "worker/engine/load_decoder.hpp"

#include <utility>

#include <c10/core/InferenceMode.h>

#include "worker/engine/freed_memory.hpp"
#include "worker/engine/group_device.hpp"
#include "worker/model/blas_mode.hpp"

namespace harsanyi {
Decoder load_decoder(const std::filesystem::path& folder, const EngineOptions& options) {
  fix_blas_mode();
  keep_freed_memory();
  const c10::InferenceMode inference;
  // Before anything of this rank alone that may fail while the others of its group wait.
  auto [device, sums] = open_group_device(options);
  ModelConfig config = read_model_config(folder);
  const Arithmetic arithmetic = arithmetic_of(options.compute, options.kernel, device.place);
  ModelPart part{config.shape, options.group, std::move(sums)};
  Weights weights = load_weights(folder, config, options.weights, arithmetic, device.place, part.shard(),
                                 options.on_layer_loaded);
  return {std::move(config), std::move(weights), arithmetic, std::move(device), std::move(part)};
}

}  // namespace harsanyi
