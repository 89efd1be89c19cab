#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Which ranks take part in what all ranks of a job do together. A rank that does not answer in time is left
/// out and not waited for. Messages of one rank to another keep their order, so one that comes back finds
/// everything that it missed, catches up, and takes part again.
struct Attendance {
  /// How long a rank waits for the word of another.
  std::chrono::steady_clock::duration silence_limit = std::chrono::minutes{30};

  /// Common steps and runs that this rank has begun, the same number at the same place on every rank.
  std::uint32_t step = 0;

  // On rank 0 alone:
  std::set<Rank> absent{};         ///< ranks that are not waited for
  bool local_worker_lost = false;  ///< the worker beside the scheduler no longer answers

  [[nodiscard]] bool complete() const noexcept { return absent.empty() && !local_worker_lost; }

  /// Between two words of rank 0: a few of them may be late before silence means something.
  [[nodiscard]] std::chrono::steady_clock::duration word_interval() const noexcept {
    return std::min<std::chrono::steady_clock::duration>(silence_limit / 10, std::chrono::minutes{1});
  }
};

}  // namespace harsanyi
