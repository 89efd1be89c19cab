#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace harsanyi {

/// Fewest insertions, deletions and replacements of one byte that turn `a` into `b` (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate closest to `name` by edit distance, the first of equals: what a message proposes for a
/// misspelt name. Of a longer name the first 256 bytes count. Empty if there are no candidates.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace harsanyi
