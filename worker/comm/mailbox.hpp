#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// A queue of envelopes between threads of one process: any thread posts, one thread takes.
class Mailbox {
 public:
  void post(Envelope envelope);
  /// The oldest envelope; nothing if none arrives within `patience`.
  [[nodiscard]] std::optional<Envelope> take(std::chrono::microseconds patience);
  /// Bytes of the oldest envelope; nothing if there is none.
  [[nodiscard]] std::optional<std::size_t> next_size();

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Envelope> envelopes_;
};

/// @throws CommError  if `to` is no rank of a world of `size` ranks.
void require_rank(Rank to, int size);

}  // namespace harsanyi
