#pragma once

#include <string_view>

namespace harsanyi {

/// The published reading of an answer to a yes/no question (POPE): no if, full stops and commas removed, one
/// of the words between single blanks is No, not, no or NO, or ends in n't; yes else.
[[nodiscard]] bool says_yes(std::string_view answer);

}  // namespace harsanyi
