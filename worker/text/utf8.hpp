#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace harsanyi::utf8 {

/// Offset of the first byte that begins no well-formed sequence (Unicode, table 3-7); nothing if all is well.
[[nodiscard]] std::optional<std::size_t> first_invalid_byte(std::string_view text) noexcept;

/// Bytes of the sequence that begins with `lead`, which is the first byte of a well-formed sequence.
[[nodiscard]] constexpr std::size_t sequence_length(char lead) noexcept {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// The code point whose sequence begins at `text[at]`; `text` is well formed.
[[nodiscard]] char32_t code_point(std::string_view text, std::size_t at) noexcept;

/// Where the last character of a well-formed, non-empty text begins.
[[nodiscard]] std::size_t last_character(std::string_view text) noexcept;

void append(std::string& text, char32_t code_point);

/// `bytes` with each maximal part of an ill-formed sequence replaced by U+FFFD, as Rust's from_utf8_lossy
/// does.
[[nodiscard]] std::string lossy(std::string_view bytes);

}  // namespace harsanyi::utf8
