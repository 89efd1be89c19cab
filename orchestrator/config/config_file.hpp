#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace harsanyi {

/// One "key = value" of a configuration file (docs/running.md).
struct ConfigEntry {
  std::string key;
  std::string value;
  int line = 0;  ///< from 1
};

/// Reads an INI file without sections: "key = value" lines, '#' starts a comment, keys may repeat.
/// @throws ConfigError  naming file and line: unreadable, a section, a line without '=', an unknown escape.
[[nodiscard]] std::vector<ConfigEntry> read_config_file(const std::filesystem::path& file);

/// The line "key = value" that reads back to exactly this value. The reader cuts comments and outer blanks
/// off, so '#', control characters, backslashes and outer blanks are written as \xHH.
[[nodiscard]] std::string config_line(std::string_view key, std::string_view value);

}  // namespace harsanyi
