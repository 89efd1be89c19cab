#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The `tokenizers` package, PCRE2 and utf8proc each know another version of Unicode. These functions give the
// answers of the package (docs/decisions/tokenizer.md); the tables come from unicode_tables.py.
namespace harsanyi {

/// `text` as a regular expression of Unicode 14 must see it to match what Unicode 16 matches: characters
/// assigned later stand as an older one of the same category and length, so all offsets hold. Returns `text`
/// itself where nothing changes, else a view of `storage`.
[[nodiscard]] std::string_view with_characters_of_unicode_14(std::string_view text, std::string& storage);

/// A character that the normal forms leave alone and never combine with its neighbours.
[[nodiscard]] bool is_inert(char32_t code_point) noexcept;

/// White_Space, the same in every version of Unicode since 6.3.
[[nodiscard]] bool is_white_space(char32_t code_point) noexcept;

[[nodiscard]] std::size_t white_space_at_start(std::string_view text) noexcept;  ///< its length in bytes
[[nodiscard]] std::size_t white_space_at_end(std::string_view text) noexcept;    ///< its length in bytes

/// What StripAccents takes out of a text.
[[nodiscard]] bool is_accent(char32_t code_point) noexcept;

/// Appends the lower case of one character, which does not depend on its neighbours: the Greek capital sigma
/// gives a small sigma at the end of a word too.
void append_lowercase(std::string& text, char32_t code_point);

/// Characters that only the Digits pre-tokenizer takes for numeric, as ranges for a PCRE2 character class.
[[nodiscard]] std::string extra_numeric_class();

}  // namespace harsanyi
