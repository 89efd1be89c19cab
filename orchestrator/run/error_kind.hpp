#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace harsanyi {

/// An exception on its way to another rank: the type's number and the text.
struct RemoteError {
  std::uint8_t kind = 0;
  std::string text;
  friend bool operator==(const RemoteError&, const RemoteError&) = default;
};

/// Types of partition/base/error.hpp keep their type, so that exit codes agree on all ranks; others become
/// Error.
[[nodiscard]] RemoteError to_remote(const std::exception& error);
[[noreturn]] void throw_remote(const RemoteError& error);

}  // namespace harsanyi
