#include "worker/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>

#include <fmt/format.h>

#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

struct CharacterRange {
  char32_t first, last;
};
struct TwinRange {
  char32_t first, last, twin;
};
#include "worker/text/unicode_tables.inc"

template <class Ranges>
auto find_range(const Ranges& ranges, char32_t code_point) noexcept {
  const auto range =
      std::partition_point(ranges.begin(), ranges.end(), [&](const auto& r) { return r.last < code_point; });
  return range != ranges.end() && range->first <= code_point ? range : ranges.end();
}

/// Blocks of 256 code points that hold a later character: spares most characters the search.
const std::bitset<0x1100>& blocks_with_later_characters() {
  static const auto blocks = [] {
    std::bitset<0x1100> marked;
    for (const auto& range : character_since_14)
      for (char32_t block = range.first >> 8; block <= range.last >> 8; ++block) marked.set(block);
    return marked;
  }();
  return blocks;
}

bool may_hold_later_characters(std::string_view text) noexcept {
  static_assert(character_since_14.front().first >= 0x800);  // hence a lead byte of at least E0
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE0; });
}

}  // namespace

std::string_view with_characters_of_unicode_14(std::string_view text, std::string& storage) {
  if (!may_hold_later_characters(text)) return text;
  const auto& blocks = blocks_with_later_characters();
  bool changed = false;
  for (std::size_t at = 0; at < text.size(); at += utf8::sequence_length(text[at])) {
    const char32_t c = utf8::code_point(text, at);
    if (!blocks.test(c >> 8)) continue;
    const auto range = find_range(character_since_14, c);
    if (range == character_since_14.end()) continue;
    if (!changed) storage = text;
    changed = true;
    std::string twin;
    utf8::append(twin, range->twin);
    storage.replace(at, twin.size(), twin);
  }
  return changed ? std::string_view{storage} : text;
}

bool is_inert(char32_t code_point) noexcept {
  return find_range(inert_before_14, code_point) != inert_before_14.end() ||
         find_range(character_since_14, code_point) != character_since_14.end();
}

std::string extra_numeric_class() {
  std::string ranges;
  for (const auto& range : numeric_since_17)
    ranges += fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", static_cast<unsigned>(range.first),
                          static_cast<unsigned>(range.last));
  return ranges;
}

}  // namespace harsanyi
