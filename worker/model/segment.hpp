#pragma once

#include <cstdint>

namespace harsanyi {

/// Query rows of one prompt, and the keys they meet: the rows of the shared prefix, then the prompt's own.
struct Segment {
  std::int64_t first_query = 0;
  std::int64_t queries = 0;    ///< the last of the prompt's positions
  std::int64_t first_key = 0;  ///< own keys; the prefix's come before them
  std::int64_t keys = 0;
  std::int64_t prefix_keys = 0;  ///< rows 0 to prefix_keys - 1

  [[nodiscard]] std::int64_t all_keys() const noexcept { return prefix_keys + keys; }
};

}  // namespace harsanyi
