#pragma once

#include <span>
#include <string>

#include "orchestrator/run/world.hpp"

namespace harsanyi {

/// The GPUs that Slurm gave a rank, as its environment names them.
struct RankGpus {
  std::string node;
  std::string visible{};  ///< CUDA_VISIBLE_DEVICES: "0,1"
  std::string step{};     ///< SLURM_STEP_GPUS: those of the step on this node; empty where it has none
};

/// Two ranks on one GPU halve each other's speed and memory, and nothing else tells.
///
/// Where Slurm confines each rank to its GPU, it calls it 0 in every rank: if the step has a GPU for each
/// rank of the node, that is taken for well.
/// @param ranks  [ranks]
/// @throws ConfigError  naming node, ranks and GPU, if two ranks of a step with GPUs see the same one
void check_gpu_binding(std::span<const RankGpus> ranks);

/// Collective. As `check_gpu_binding`, of the ranks of this job.
/// @throws ConfigError on all ranks
void check_gpu_binding(World& world);

}  // namespace harsanyi
