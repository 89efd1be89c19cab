#pragma once

#include <array>
#include <cstddef>

struct CUevent_st;

namespace harsanyi {

/// Marks in the default stream of the current GPU, and which of them it has passed. Not thread safe.
class StreamMarks {
 public:
  /// More work than lies between so many sums may fill the driver's queue, and the next launch then waits in
  /// the driver, where nothing can end it.
  static constexpr std::size_t kRoom = 16;

  /// @throws CommError  where CUDA fails, as all below
  StreamMarks();
  StreamMarks(const StreamMarks&) = delete;
  StreamMarks& operator=(const StreamMarks&) = delete;
  ~StreamMarks();

  [[nodiscard]] bool empty() const noexcept { return set_ == passed_; }
  [[nodiscard]] bool full() const noexcept { return set_ - passed_ == kRoom; }
  /// After all that is in the stream by now. Only if there is room.
  void set();
  /// Whether the stream has passed another one since the last call.
  [[nodiscard]] bool advanced();
  void clear() noexcept { passed_ = set_; }

 private:
  std::array<CUevent_st*, kRoom> events_{};
  std::size_t set_ = 0;     ///< so far
  std::size_t passed_ = 0;  ///< so far
};

}  // namespace harsanyi
