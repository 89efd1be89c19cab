#pragma once

#include <string>
#include <string_view>

namespace harsanyi {

/// The PCRE2 pattern that matches what `pattern` means to Oniguruma with Ruby's syntax, the engine of
/// `tokenizers`. Handles what tokenizer files use: literals, classes, \s \S \d \D \w \W \p{…} \P{…}, groups,
/// look-around, alternation, quantifiers (lazy and possessive too), ^, $, \A and \z.
/// @throws TextError  for a construct that the two engines read differently or that is not in this list; the
///         message begins with `where`
[[nodiscard]] std::string pcre2_pattern(std::string_view pattern, std::string_view where);

}  // namespace harsanyi
