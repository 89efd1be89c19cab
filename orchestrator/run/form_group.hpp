#pragma once

#include <memory>

#include "orchestrator/run/world.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// Collective: the worker group of this rank, ranks g T to g T + T - 1 of the world being group g of T.
/// @param size         ranks that hold one copy of a model; 1: no group is needed, null
/// @param on_one_node  whether they must see the same host name
/// @throws ConfigError (all ranks)  if the world is no multiple of `size`, or a group is on several nodes
[[nodiscard]] std::unique_ptr<LinkedGroup> form_group(World& world, int size, bool on_one_node);

}  // namespace harsanyi
