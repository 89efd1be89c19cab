#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"

namespace harsanyi {

/// The most that a JSON text may hold. Parsing takes memory in proportion to the text; copying, comparing and
/// writing a value recurse once per level.
struct JsonBounds {
  std::size_t bytes = std::size_t{16} << 20;        ///< of the whole text
  int depth = 64;                                   ///< of arrays and objects in each other
  std::size_t string_bytes = std::size_t{1} << 20;  ///< of a string or key
};

/// Why a text is no acceptable JSON. The text of it has no place: who knows the file puts it in front.
class JsonError : public Error {
 public:
  using Error::Error;
};

/// @throws JsonError  if it is no valid JSON in UTF-8 (NaN and numbers beyond double are none), an object has
///         a key twice, or it is beyond `bounds`
[[nodiscard]] nlohmann::json parse_json(std::string_view text, const JsonBounds& bounds = {});

/// The same for a file, which must be a regular one or a link to one: a pipe or device is not waited for.
/// @throws JsonError  also if it cannot be read
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& file, const JsonBounds& bounds = {});

/// The value as JSON in ASCII for a message, cut after about 60 characters.
[[nodiscard]] std::string shortened(const nlohmann::json& value);

}  // namespace harsanyi
