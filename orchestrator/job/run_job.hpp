#pragma once

#include <filesystem>
#include <string>

#include "orchestrator/config/model_options.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/world.hpp"
#include "partition/base/identity.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {

/// Compute threads of this rank: `asked`, or the cores this process may use divided by the ranks of its node.
[[nodiscard]] int threads_of_rank(int asked, const World& world);

/// What the engine of this rank is made with.
[[nodiscard]] EngineOptions engine_options(const ComputeOptions& options, const World& world);

/// weights_digest of a model folder; with `verify`, its files are first compared with their SHA-256.
/// @throws ModelError  as check_model_files
[[nodiscard]] std::string digest_of_weights(const std::filesystem::path& folder, bool verify);

/// Adds what the engine computes with; part of the identity because it decides bits.
void add_numerics(Identity& identity, const Numerics& numerics);

}  // namespace harsanyi
