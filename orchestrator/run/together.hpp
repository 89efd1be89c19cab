#pragma once

#include <cstdint>
#include <functional>

#include "orchestrator/run/world.hpp"

namespace harsanyi {

/// Collective: a step that goes well on all ranks or on none, such as opening the record on rank 0 while the
/// others wait. Every rank runs its `step`; returns once all are through. Where one throws, all ranks throw:
/// that rank its own exception, the others one of the same type (of partition/base/error.hpp) whose text
/// begins with "rank 3: ".
/// @throws CommError  if a rank is not at this step
void together(Communicator& comm, const std::function<void()>& step);
inline void together(World& world, const std::function<void()>& step) {
  together(world.communicator(), step);
}

/// Collective: the number that rank 0 has; the others' `value` does not count.
/// @throws CommError  if a rank is not at this step
[[nodiscard]] std::int64_t told_by_rank_0(Communicator& comm, std::int64_t value);

}  // namespace harsanyi
