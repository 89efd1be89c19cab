#include "worker/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>

#include <fmt/format.h>
#include <utf8proc.h>

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

bool is_white_space(char32_t c) noexcept {
  return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::size_t white_space_at_start(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && is_white_space(utf8::code_point(text, at)))
    at += utf8::sequence_length(text[at]);
  return at;
}

std::size_t white_space_at_end(std::string_view text) noexcept {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t begin = utf8::last_character(text.substr(0, end));
    if (!is_white_space(utf8::code_point(text, begin))) break;
    end = begin;
  }
  return text.size() - end;
}

bool is_accent(char32_t code_point) noexcept {
  return find_range(accents, code_point) != accents.end();
}

void append_lowercase(std::string& text, char32_t code_point) {
  constexpr char32_t capital_i_with_dot = 0x130;  // the one character whose lower case is two
  if (code_point == capital_i_with_dot) {
    text += "i\u0307";
  } else if (const auto range = find_range(cased_since_14, code_point); range != cased_since_14.end()) {
    utf8::append(text, range->twin + (code_point - range->first));
  } else {
    utf8::append(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point))));
  }
}

std::string extra_numeric_class() {
  std::string ranges;
  for (const auto& range : numeric_since_17)
    ranges += fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", static_cast<unsigned>(range.first),
                          static_cast<unsigned>(range.last));
  return ranges;
}

}  // namespace harsanyi
