#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace harsanyi {

/// Thins out events that repeat: of each kind the first `most` in every stretch of `window`.
class Repeats {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Repeats(int most = 10, Clock::duration window = std::chrono::minutes{1})
      : most_{most}, window_{window} {}

  /// Nothing if this event is to be left out; else how many of its kind were since the last that was not.
  [[nodiscard]] std::optional<int> next(const std::string& kind, Clock::time_point now);

  /// By kind, how many were left out that `next` has not told of; forgets them.
  [[nodiscard]] std::map<std::string, int> take_left_out();

 private:
  struct Count {
    Clock::time_point start;
    int events = 0;    ///< since `start`
    int left_out = 0;  ///< and not told of
  };
  int most_;
  Clock::duration window_;
  std::map<std::string, Count> counts_;
};

}  // namespace harsanyi
