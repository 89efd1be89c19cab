#pragma once

#include <array>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// What a worker does with its time.
enum class Activity {
  products,   ///< the matrix products of the projections, the MLP and the logits
  attention,  ///< scores, softmax and the mixing of values
  rows,       ///< functions of single rows: norms, rotation, SiLU, sums
  other,      ///< the rest of a unit
  waiting,    ///< from the end of the worker's unit before, or the start of the run, to the start of this one
  group,  ///< sums over the ranks that hold one copy of the model together, waiting for each other included
};
template <>
struct EnumNames<Activity> {
  static constexpr std::string_view kind = "activity";
  static constexpr std::array names{std::pair{Activity::products, std::string_view{"products"}},
                                    std::pair{Activity::attention, std::string_view{"attention"}},
                                    std::pair{Activity::rows, std::string_view{"rows"}},
                                    std::pair{Activity::other, std::string_view{"other"}},
                                    std::pair{Activity::waiting, std::string_view{"waiting"}},
                                    std::pair{Activity::group, std::string_view{"group"}}};
};

/// The time of a run that belongs to no finished unit.
enum class RunPart {
  wall,       ///< of the run, from the first to the last message
  idle,       ///< of all workers together, after their last unit
  failed,     ///< of all workers together, in attempts that failed
  recording,  ///< rank 0: writing finished units to the disk
  serving,    ///< rank 0: messages, scheduling, progress
};
template <>
struct EnumNames<RunPart> {
  static constexpr std::string_view kind = "part of a run";
  static constexpr std::array names{std::pair{RunPart::wall, std::string_view{"wall"}},
                                    std::pair{RunPart::idle, std::string_view{"idle"}},
                                    std::pair{RunPart::failed, std::string_view{"failed"}},
                                    std::pair{RunPart::recording, std::string_view{"recording"}},
                                    std::pair{RunPart::serving, std::string_view{"serving"}}};
};

/// Seconds by the entries of an enumeration that counts from 0.
template <class E>
class SecondsBy {
 public:
  static constexpr std::size_t kCount = EnumNames<E>::names.size();

  [[nodiscard]] double& operator[](E e) noexcept { return seconds_[static_cast<std::size_t>(e)]; }
  [[nodiscard]] double operator[](E e) const noexcept { return seconds_[static_cast<std::size_t>(e)]; }
  SecondsBy& operator+=(const SecondsBy& other) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) seconds_[i] += other.seconds_[i];
    return *this;
  }
  [[nodiscard]] double sum() const noexcept { return std::accumulate(seconds_.begin(), seconds_.end(), 0.0); }

  [[nodiscard]] const std::array<double, kCount>& all() const noexcept { return seconds_; }
  [[nodiscard]] std::array<double, kCount>& all() noexcept { return seconds_; }

  friend bool operator==(const SecondsBy&, const SecondsBy&) = default;

 private:
  std::array<double, kCount> seconds_{};
};
using UnitSeconds = SecondsBy<Activity>;
using RunSeconds = SecondsBy<RunPart>;

/// Who computed a unit, and where the time went.
struct UnitProfile {
  int rank = 0;
  UnitSeconds seconds{};
  friend bool operator==(const UnitProfile&, const UnitProfile&) = default;
};

}  // namespace harsanyi
