#pragma once

#include <cstdint>
#include <vector>

#include "partition/base/id.hpp"

namespace harsanyi {

/// Fewest shards of at most `limit` elements that `size` elements need; both at least 1.
[[nodiscard]] constexpr std::int64_t shard_count(std::int64_t size, std::int64_t limit) noexcept {
  return (size - 1) / limit + 1;
}

/// Cuts `whole` into the fewest consecutive shards of at most `limit` elements, sizes differing by at most
/// one, larger ones first: 5 elements by 3 give sizes 3, 2, and 7 by 3 give 3, 2, 2.
template <class T>
[[nodiscard]] std::vector<Range<T>> cut(const Range<T>& whole, std::int64_t limit) {
  const std::int64_t count = shard_count(whole.size(), limit);
  std::vector<Range<T>> shards;
  shards.reserve(static_cast<std::size_t>(count));
  const std::int64_t size = whole.size() / count;
  const std::int64_t larger = whole.size() % count;
  std::int64_t first = whole.first;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t last = first + size + (i < larger ? 1 : 0);
    shards.push_back({first, last});
    first = last;
  }
  return shards;
}

}  // namespace harsanyi
