#pragma once

#include <algorithm>
#include <chrono>

#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Time in which a rank listens for messages, as its loop looks at it. A look counts for at most a second:
/// while a rank was stopped, or wrote to a slow disk, messages may have come that it has not read yet, and
/// nobody is late. By the steady clock, so that setting the time changes nothing.
class ListeningTime {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// Since the first look.
  [[nodiscard]] Duration now() {
    const auto time = std::chrono::steady_clock::now();
    passed_ += std::min<Duration>(time - last_, std::chrono::seconds{1});
    last_ = time;
    return passed_;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  Duration passed_{};
};

/// Rank 0's words to the other ranks, which tell a long wait from a lost job.
class Words {
 public:
  Words(Communicator& comm, ListeningTime::Duration interval) : comm_{comm}, interval_{interval} {}
  void say_if_due();

 private:
  Communicator& comm_;
  ListeningTime::Duration interval_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// How long a rank that listens has heard nothing from rank 0.
class Silence {
 public:
  explicit Silence(ListeningTime::Duration limit) : limit_{limit} {}
  void broken() noexcept { since_ = time_.now(); }
  /// Call in every round without a message. @throws LostRankError  beyond the limit
  void require_within_limit();

 private:
  ListeningTime::Duration limit_;
  ListeningTime time_;
  ListeningTime::Duration since_{};
};

}  // namespace harsanyi
