#pragma once

#include <algorithm>
#include <chrono>

namespace harsanyi {

/// Pauses between looks at something that cannot be waited for: short at first, so that an answer on its way
/// is met at once, then longer, so that a long wait costs no processor time.
class Backoff {
 public:
  static constexpr std::chrono::microseconds shortest{50};
  static constexpr std::chrono::microseconds longest{2000};

  /// The next pause, at most `limit`.
  [[nodiscard]] std::chrono::microseconds next(std::chrono::microseconds limit) noexcept {
    const auto pause = std::min(pause_, limit);
    pause_ = std::min(2 * pause_, longest);
    return pause;
  }

 private:
  std::chrono::microseconds pause_ = shortest;
};

}  // namespace harsanyi
