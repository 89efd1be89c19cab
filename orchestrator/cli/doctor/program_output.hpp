#pragma once

#include <optional>
#include <string>
#include <vector>

namespace harsanyi {

/// Standard output of a program that ends with exit code 0 within 20 seconds; nothing otherwise.
/// @param words  program and arguments; no shell interprets them
[[nodiscard]] std::optional<std::string> program_output(const std::vector<std::string>& words);

}  // namespace harsanyi
