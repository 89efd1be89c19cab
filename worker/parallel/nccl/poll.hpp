#pragma once

#include <chrono>
#include <thread>

namespace harsanyi {

/// Looks again and again: at once at first, then every 50 microseconds, so that a long wait leaves the core.
class Poll {
 public:
  [[nodiscard]] std::chrono::steady_clock::duration elapsed() const {
    return std::chrono::steady_clock::now() - start_;
  }
  void pause() const {
    if (elapsed() < std::chrono::microseconds{200})
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds{50});
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace harsanyi
