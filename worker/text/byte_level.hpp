#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harsanyi {

/// GPT-2's alphabet: one printable character for each byte. `Ġ` stands for the blank.
[[nodiscard]] std::string_view byte_level_character(unsigned char byte);

/// The bytes that a token spelt in that alphabet stands for; nothing if a character is not in it.
[[nodiscard]] std::optional<std::string> byte_level_bytes(std::string_view token);

/// The pre-tokenizer's pattern when `use_regex` is on.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

}  // namespace harsanyi
