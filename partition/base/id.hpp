#pragma once

#include <compare>
#include <cstdint>

namespace harsanyi {

/// An index that knows what it indexes: a layer and a player are not exchangeable. Counts from 0.
template <class Tag>
struct Id {
  std::int32_t value = 0;

  [[nodiscard]] static constexpr Id from_index(std::int64_t i) noexcept {
    return {static_cast<std::int32_t>(i)};
  }
  [[nodiscard]] constexpr std::int64_t index() const noexcept { return value; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using LayerId = Id<struct LayerTag>;    ///< a decoder layer of the model
using PlayerId = Id<struct PlayerTag>;  ///< a player of one layer's game: one KV group
using SampleId = Id<struct SampleTag>;  ///< a calibration sample, in the order of the experiment's pool
using ItemId = Id<struct ItemTag>;      ///< a benchmark row of an evaluation table
using UnitId = Id<struct UnitTag>;  ///< a unit of work; dense from 0, the key under which progress is kept

/// Half-open range [first, last) of anything with `from_index` and `index`. Iterates over its elements.
template <class T>
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;

  class iterator {
   public:
    explicit constexpr iterator(std::int64_t i) noexcept : i_{i} {}
    constexpr T operator*() const noexcept { return T::from_index(i_); }
    constexpr iterator& operator++() noexcept {
      ++i_;
      return *this;
    }
    friend constexpr bool operator==(const iterator&, const iterator&) = default;

   private:
    std::int64_t i_;
  };

  [[nodiscard]] constexpr std::int64_t size() const noexcept { return last - first; }
  [[nodiscard]] constexpr bool empty() const noexcept { return last <= first; }
  [[nodiscard]] constexpr bool contains(T t) const noexcept { return t.index() >= first && t.index() < last; }
  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{first}; }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator{last}; }
  friend constexpr bool operator==(const Range&, const Range&) = default;
};

using LayerRange = Range<LayerId>;
using SampleRange = Range<SampleId>;
using ItemRange = Range<ItemId>;

}  // namespace harsanyi
