#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "partition/base/error.hpp"

namespace harsanyi::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A folder of this process (run.sh removes it) for parsers that read files: TMPDIR is in memory where there
/// is such a place.
inline const std::filesystem::path& folder() {
  static const std::filesystem::path path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "input-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    return std::filesystem::path{pattern};
  }();
  return path;
}

inline std::filesystem::path write_input(const char* name, std::string_view text) {
  const auto file = folder() / name;
  std::ofstream stream{file, std::ios::binary};
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.flush()) std::abort();
  return file;
}

/// A parser may refuse what it is given, by one of our errors. Any other exception ends the program, and the
/// fuzzer takes that for a crash.
template <class Body>
void may_refuse(const Body& body) {
  try {
    body();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): refused is one of the two right outcomes
  }
}

}  // namespace harsanyi::fuzz
