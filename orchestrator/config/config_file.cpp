#include "orchestrator/config/config_file.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

namespace po = boost::program_options;

std::string escaped(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    const bool outer = i == 0 || i + 1 == value.size();
    if (byte < ' ' || byte == '#' || byte == '\\' || (byte == ' ' && outer))
      text += fmt::format("\\x{:02x}", byte);
    else
      text += value[i];
  }
  return text;
}

/// Nothing if a backslash is not followed by x and two hexadecimal digits.
std::optional<std::string> unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    if (i + 3 >= text.size() || text[i + 1] != 'x') return std::nullopt;
    unsigned char byte = 0;
    const auto [end, problem] = std::from_chars(&text[i + 2], &text[i + 3] + 1, byte, 16);
    if (problem != std::errc{} || end != &text[i + 3] + 1) return std::nullopt;
    value += static_cast<char>(byte);
    i += 3;
  }
  return value;
}

/// A pipe may stand for the file, so its length shows only at the end.
std::string text_of(std::istream& in, const std::filesystem::path& file) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::array<char, 4096> part{};
  std::string text;
  while (in) {
    in.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMost)
      throw ConfigError{fmt::format("the configuration file {} has more than {} bytes; is it the right one?",
                                    file.string(), kMost)};
  }
  return text;
}

/// Boost's reader keeps no line numbers, so it is given one line at a time.
std::vector<po::option> parse_line(const std::string& line) {
  std::istringstream one_line{line};
  return po::parse_config_file(one_line, po::options_description{}, /*allow_unregistered=*/true).options;
}

}  // namespace

std::vector<ConfigEntry> read_config_file(const std::filesystem::path& file) {
  std::error_code unknown;
  std::ifstream in{file};
  if (!in || std::filesystem::is_directory(file, unknown))
    throw ConfigError{
        fmt::format("cannot read the configuration file {}; check its path and permissions", file.string())};
  std::vector<ConfigEntry> entries;
  std::istringstream lines{text_of(in, file)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto error = [&](std::string_view problem) {
      return ConfigError{fmt::format("{}:{}: {}", file.string(), number, problem)};
    };
    if (const auto first = line.find_first_not_of(" \t"); first != std::string::npos && line[first] == '[')
      throw error("sections are not used; a file holds the options of one command");
    try {
      for (const po::option& option : parse_line(line)) {
        const std::optional<std::string> value = unescaped(option.value.at(0));
        if (!value) throw error("a backslash must be written as \\x5c, any other byte as itself or as \\xHH");
        entries.push_back({option.string_key, *value, number});
      }
    } catch (const po::error&) {
      throw error(fmt::format("'{}' is not of the form key = value", line));
    }
  }
  return entries;
}

std::string config_line(std::string_view key, std::string_view value) {
  return fmt::format("{} = {}", key, escaped(value));
}

}  // namespace harsanyi
