#pragma once

#include <filesystem>

#include "worker/engine/engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// The decoder of a model folder, in a process whose BLAS gives the same bits for any number of threads
/// (docs/decisions/bits-of-a-product.md). Tensors belong to inference mode, which the caller must enter too.
/// @throws ModelError  naming file, tensor and remedy
[[nodiscard]] Decoder load_decoder(const std::filesystem::path& folder, const EngineOptions& options = {});

}  // namespace harsanyi
