#include "worker/benchmark/white_space.hpp"

#include <cstddef>

#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

/// Offset of the last code point of a text that is not empty.
std::size_t start_of_last(std::string_view text) noexcept {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

}  // namespace

bool is_python_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string_view without_trailing_white_space(std::string_view text) noexcept {
  while (!text.empty() && is_python_space(utf8::code_point(text, start_of_last(text))))
    text = without_last_character(text);
  return text;
}

std::string_view without_white_space_around(std::string_view text) noexcept {
  text = without_trailing_white_space(text);
  while (!text.empty() && is_python_space(utf8::code_point(text, 0)))
    text.remove_prefix(utf8::sequence_length(text[0]));
  return text;
}

std::string_view without_last_character(std::string_view text) noexcept {
  return text.empty() ? text : text.substr(0, start_of_last(text));
}

}  // namespace harsanyi
