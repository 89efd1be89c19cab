#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "partition/base/id.hpp"

namespace harsanyi {

/// A set of players of one layer's game, one bit each. A set bit means *present* (heads left unmasked)
/// unless a table says it is in `Orientation::masked`.
class Coalition {
 public:
  constexpr Coalition() noexcept = default;
  explicit constexpr Coalition(std::uint32_t members) noexcept : bits_{members} {}

  [[nodiscard]] static constexpr Coalition grand(int players) noexcept {
    return Coalition{(std::uint32_t{1} << players) - 1};
  }
  [[nodiscard]] static constexpr Coalition from_index(std::int64_t i) noexcept {
    return Coalition{static_cast<std::uint32_t>(i)};
  }
  [[nodiscard]] constexpr std::int64_t index() const noexcept { return bits_; }  ///< its place in a table
  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool contains(PlayerId p) const noexcept { return ((bits_ >> p.value) & 1U) != 0; }
  [[nodiscard]] constexpr int size() const noexcept { return std::popcount(bits_); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr Coalition complement(int players) const noexcept {
    return Coalition{grand(players).bits_ & ~bits_};
  }
  [[nodiscard]] constexpr Coalition with(PlayerId p) const noexcept {
    return Coalition{bits_ | (1U << p.value)};
  }
  friend constexpr auto operator<=>(const Coalition&, const Coalition&) = default;

 private:
  std::uint32_t bits_ = 0;
};

using CoalitionRange = Range<Coalition>;

/// Most players that a full table is made for: 2^16 coalitions per layer.
inline constexpr int kMaxPlayers = 16;

[[nodiscard]] constexpr std::int64_t coalition_count(int players) noexcept {
  return std::int64_t{1} << players;
}

/// "{0,2}", and "{}" for the empty coalition.
[[nodiscard]] std::string label_of(Coalition coalition);

}  // namespace harsanyi
