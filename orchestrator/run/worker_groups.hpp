#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "orchestrator/run/world.hpp"
#include "partition/plan/group_places.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// The worker groups of a job, as one of its ranks sees them.
struct WorkerGroups {
  std::vector<WorkerPlace> places;   ///< in the order of ranks; empty where every rank is a worker by itself
  std::unique_ptr<LinkedGroup> own;  ///< null where this rank holds copies by itself

  /// Ranks of this rank's group.
  [[nodiscard]] int size() const noexcept { return own ? own->size() : 1; }
};

/// Collective: divides the ranks into groups (place_groups) and connects those of each.
/// @param on_one_node  whether the ranks of a group must see the same host name
/// @throws PlanError (all ranks)    if the ranks cannot be divided so
/// @throws ConfigError (all ranks)  if a group is on several nodes
[[nodiscard]] WorkerGroups form_groups(World& world, const std::vector<GroupWish>& wishes, bool on_one_node);

/// A step that the ranks of a group take together, such as loading a model: where it fails on one, the others
/// leave it too, and do not wait for what never comes. @param group  null: the step alone
/// @throws what `step` throws; InterruptedGroupError where another rank gave up; BrokenGroupError
void in_group(LinkedGroup* group, const std::function<void()>& step);

}  // namespace harsanyi
