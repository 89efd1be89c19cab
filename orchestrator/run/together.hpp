#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "orchestrator/run/silence.hpp"
#include "orchestrator/run/world.hpp"

namespace harsanyi {

// What all ranks do at the same place of the program. Rank 0 goes on without a rank that has not come within
// the silence limit; every other rank waits for rank 0's verdict, and throws LostRankError if rank 0 says
// nothing for that long.

/// Collective: a step that goes well on all ranks or on none, such as opening the record on rank 0 while the
/// others wait. Every rank runs its `step`; returns once all are through. Where one throws, all ranks throw:
/// that rank its own exception, the others one of the same type (of partition/base/error.hpp) whose text
/// begins with "rank 3: ".
/// @throws CommError  if a rank is not at this step
void together(World& world, const std::function<void()>& step);

/// Collective: the number that rank 0 has; the others' `value` does not count.
/// @throws CommError  if a rank is not at this step
[[nodiscard]] std::int64_t told_by_rank_0(World& world, std::int64_t value);

/// Rank 0's long work while the others wait for it, such as hashing a model: runs on another thread, and this
/// one goes on saying that it is there. For work that needs no settings of its thread, and no MPI.
/// @throws what `work` throws
template <class Work>
[[nodiscard]] auto while_others_wait(World& world, const Work& work) {
  auto result = std::async(std::launch::async, work);
  Words words{world.communicator(), world.attendance().word_interval()};
  while (result.wait_for(std::chrono::milliseconds{100}) != std::future_status::ready) words.say_if_due();
  return result.get();
}

/// Collective. @return [ranks] on rank 0, what each rank tells; empty for one that did not come. Nothing
/// elsewhere.
/// @throws CommError  if a rank is not at this step
[[nodiscard]] std::vector<std::string> told_to_rank_0(World& world, std::string text);

}  // namespace harsanyi
