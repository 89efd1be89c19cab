#pragma once

#include <string>

namespace harsanyi {

/// `text` as one word of a POSIX shell command; quoted only where needed.
[[nodiscard]] std::string shell_quoted(const std::string& text);

}  // namespace harsanyi
