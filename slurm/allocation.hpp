#pragma once

#include "slurm/cluster.hpp"

namespace harsanyi {

/// What the work of a job needs, from its plan.
struct Need {
  double flops = 0.0;
  double weights_bytes = 0.0;  ///< of the model, in each rank
  double unit_bytes = 0.0;     ///< largest working set beside the weights, in each rank
  int units = 1;
  int group_ranks = 1;  ///< that hold one copy of the model together (--tensor-parallel)
};

/// What the user fixes; 0: chosen.
struct Wish {
  int nodes = 1;
  int ranks_per_node = 0;
  int minutes = 0;
};

/// What a job asks Slurm for.
struct Allocation {
  int nodes = 1;
  int ranks_per_node = 1;
  int cores_per_rank = 1;
  int gpus_per_node = 0;
  double memory_bytes = 0.0;  ///< per node; 0: not asked for
  int minutes = 60;
  double expected_seconds = 0.0;  ///< of the whole work, over all restarts

  [[nodiscard]] int ranks() const noexcept { return nodes * ranks_per_node; }
};

/// Ranks come in whole worker groups: of those that fit into a node, each lies in one. A rank per GPU, or per
/// eight cores where there are none; fewer where memory ends first. Time: half as much again as expected and
/// a quarter of an hour, no more than the site allows; what does not fit goes on after a requeue.
/// @throws ConfigError  if one rank does not fit into a node, or what is wished for does not
[[nodiscard]] Allocation allocation_for(const Cluster& cluster, const Need& need, const Wish& wish);

/// Of a job that reads and writes files on one core.
[[nodiscard]] Allocation small_allocation(const Cluster& cluster);

}  // namespace harsanyi
