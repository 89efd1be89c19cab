#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "orchestrator/config/model_options.hpp"
#include "orchestrator/job/model_facts.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/world.hpp"
#include "partition/base/identity.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {

/// Compute threads of this rank: `asked`, or the cores this process may use divided by the ranks of its node.
[[nodiscard]] int threads_of_rank(int asked, const World& world);

/// One copy of a model, or this rank's part of it, with the progress of loading shown by rank 0.
/// @throws ModelError
[[nodiscard]] std::unique_ptr<Engine> load_model(const ModelFacts& model, EngineOptions options,
                                                 World& world);

/// What the engine of this rank is made with.
/// @param group  the ranks that hold one copy with this one; null where it holds one by itself
[[nodiscard]] EngineOptions engine_options(const ComputeOptions& options, const World& world,
                                           WorkerGroup* group = nullptr);

/// @throws PlanError  if worker groups of `ranks` cannot hold the model, naming it and the sizes that can
void require_divisible(const ModelFacts& model, int ranks);

/// weights_digest of a model folder; with `verify`, its files are first compared with their SHA-256.
/// @throws ModelError  as check_model_files
[[nodiscard]] std::string digest_of_weights(const std::filesystem::path& folder, bool verify);

/// Adds what the engine computes with; part of the identity because it decides bits.
void add_numerics(Identity& identity, const Numerics& numerics);

/// Adds how many ranks hold a copy of the model together: it decides the order of sums, and so bits. Absent
/// where one does, as in files from before there were groups.
/// @param prefix  "numerics", or the model's name
void add_group_size(Identity& identity, const std::string& prefix, int ranks);

}  // namespace harsanyi
