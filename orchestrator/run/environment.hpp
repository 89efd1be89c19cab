#pragma once

#include <optional>
#include <string>

namespace harsanyi {

/// The variable's text; empty where it is not set.
[[nodiscard]] std::string environment(const char* name);

/// The variable as a whole number; nothing where it is not set or is something else.
[[nodiscard]] std::optional<int> number_in_environment(const char* name);

/// This node's name; empty where the system does not tell it.
[[nodiscard]] std::string host_name();

}  // namespace harsanyi
