#include "worker/text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace harsanyi::utf8 {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// Length of the well-formed sequence at `at`, or minus the length of the maximal ill-formed part.
int checked_length(std::string_view text, std::size_t at) noexcept {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return -1;
  const int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // Only the second byte's range depends on the lead: no overlong forms, surrogates or values past U+10FFFF.
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  const unsigned char second = byte_at(text, at + 1);
  if (second < lowest || second > highest) return -1;
  for (int k = 2; k < length; ++k)
    if ((byte_at(text, at + static_cast<std::size_t>(k)) & 0xC0) != 0x80) return -k;
  return length;
}

std::size_t ascii_prefix(std::string_view text, std::size_t at) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t eight = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::memcpy(&eight, text.data() + at, 8);
    if ((eight & high_bits) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

std::optional<std::size_t> first_invalid_byte(std::string_view text) noexcept {
  for (std::size_t at = ascii_prefix(text, 0); at < text.size(); at = ascii_prefix(text, at)) {
    const int length = checked_length(text, at);
    if (length < 0) return at;
    at += static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

char32_t code_point(std::string_view text, std::size_t at) noexcept {
  const auto low_bits = [&](std::size_t k) { return static_cast<char32_t>(byte_at(text, at + k) & 0x3F); };
  const char32_t lead = byte_at(text, at);
  switch (sequence_length(text[at])) {
    case 1:
      return lead;
    case 2:
      return (lead & 0x1F) << 6 | low_bits(1);
    case 3:
      return (lead & 0x0F) << 12 | low_bits(1) << 6 | low_bits(2);
    default:
      return (lead & 0x07) << 18 | low_bits(1) << 12 | low_bits(2) << 6 | low_bits(3);
  }
}

std::size_t last_character(std::string_view text) noexcept {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

void append(std::string& text, char32_t code_point) {
  const auto continuation = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += {static_cast<char>(0xC0 | code_point >> 6), continuation(code_point)};
  } else if (code_point < 0x10000) {
    text +=
        {static_cast<char>(0xE0 | code_point >> 12), continuation(code_point >> 6), continuation(code_point)};
  } else {
    text += {static_cast<char>(0xF0 | code_point >> 18), continuation(code_point >> 12),
             continuation(code_point >> 6), continuation(code_point)};
  }
}

std::string lossy(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const int length = checked_length(bytes, at);
    const auto width = static_cast<std::size_t>(length < 0 ? -length : length);
    text += length < 0 ? replacement_character : bytes.substr(at, width);
    at += width;
  }
  return text;
}

}  // namespace harsanyi::utf8
