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
  void add(Stage stage, std::chrono::duration<double> time) noexcept {
    seconds_[static_cast<std::size_t>(stage)] += time.count();
  }
  [[nodiscard]] double seconds(Stage stage) const noexcept {
    return seconds_[static_cast<std::size_t>(stage)];
  }

 private:
  std::array<double, kStages> seconds_{};
};

/// Measures stages where they are computed; one at a time.
class StageMeter {
 public:
  virtual ~StageMeter() = default;
  virtual void start() = 0;
  virtual void stop(Stage stage) noexcept = 0;
  /// Of all stages until now. On a GPU it waits for their end.
  [[nodiscard]] virtual StageTimes times() = 0;
};

/// For what is done when a call returns.
class HostStageMeter final : public StageMeter {
 public:
  void start() override { start_ = std::chrono::steady_clock::now(); }
  void stop(Stage stage) noexcept override { times_.add(stage, std::chrono::steady_clock::now() - start_); }
  [[nodiscard]] StageTimes times() override { return times_; }

 private:
  std::chrono::steady_clock::time_point start_;
  StageTimes times_;
};

/// Runs `work` and adds its time to a stage.
template <class Work>
auto timed(StageMeter& meter, Stage stage, Work work) {
  struct Measure {
    StageMeter& meter;
    Stage stage;
    ~Measure() { meter.stop(stage); }
  };
  meter.start();
  const Measure measure{meter, stage};
  return work();
}

}  // namespace harsanyi
