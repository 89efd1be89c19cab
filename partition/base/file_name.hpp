#pragma once

#include <string_view>

namespace harsanyi {

/// Whether `name`, which stands in a data file, names a file directly in the folder that it is looked for in:
/// not empty, neither "." nor "..", no slash, no NUL (where the system's calls would cut it off).
[[nodiscard]] constexpr bool is_plain_file_name(std::string_view name) noexcept {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace harsanyi
