#pragma once

#include <memory>

#include "worker/parallel/nccl/nccl_communicator.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// Collective: a communicator of the group's GPUs, whose id rank 0 makes and the group passes on.
/// @param device  index of this rank's GPU among those that it sees
/// @throws ConfigError (all ranks, the same text)  if a rank sees no such GPU, two share one, or their NCCLs
/// differ; CommError
[[nodiscard]] std::unique_ptr<NcclCommunicator> connected_gpus(WorkerGroup& group, int device);

}  // namespace harsanyi
