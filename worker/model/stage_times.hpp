#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace harsanyi {

/// Parts of a forward pass by what limits them.
enum class Stage {
  products,   ///< the matrix products of the projections, the MLP and the logits
  attention,  ///< scores, softmax and the mixing of values
  rows,       ///< functions of single rows: norms, rotation, SiLU, sums
  group,      ///< sums over the ranks that hold the model together
};
inline constexpr std::size_t kStages = 4;

/// Seconds spent in each stage.
class StageTimes {
 public:
  void add(Stage stage, std::chrono::steady_clock::duration time) noexcept {
    seconds_[static_cast<std::size_t>(stage)] += std::chrono::duration<double>(time).count();
  }
  [[nodiscard]] double seconds(Stage stage) const noexcept {
    return seconds_[static_cast<std::size_t>(stage)];
  }

 private:
  std::array<double, kStages> seconds_{};
};

/// Runs `work` and adds its time to a stage.
template <class Work>
auto timed(StageTimes& times, Stage stage, Work work) {
  struct Clock {
    StageTimes& times;
    Stage stage;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Clock() { times.add(stage, std::chrono::steady_clock::now() - start); }
  } clock{times, stage};
  return work();
}

}  // namespace harsanyi
