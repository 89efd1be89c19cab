#pragma once

#include <string_view>

namespace harsanyi {

/// White space as Python's str.isspace has it.
[[nodiscard]] bool is_python_space(char32_t c) noexcept;

/// As Python's rstrip and strip; `text` is valid UTF-8.
[[nodiscard]] std::string_view without_trailing_white_space(std::string_view text) noexcept;
[[nodiscard]] std::string_view without_white_space_around(std::string_view text) noexcept;

/// `text`, valid UTF-8, less its last code point; empty for an empty one.
[[nodiscard]] std::string_view without_last_character(std::string_view text) noexcept;

}  // namespace harsanyi
