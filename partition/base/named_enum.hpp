#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "partition/base/error.hpp"

namespace harsanyi {

/// The names of an enumeration as users write them and files record them. Specialise for each enum:
///   template <> struct EnumNames<Orientation> {
///     static constexpr std::string_view kind = "orientation";
///     static constexpr std::array names{std::pair{Orientation::present, std::string_view{"present"}}, ...};
///   };
template <class E>
struct EnumNames;

/// The recorded name of `e`.
template <class E>
[[nodiscard]] constexpr std::string_view name_of(E e) noexcept {
  for (const auto& [value, name] : EnumNames<E>::names)
    if (value == e) return name;
  return "?";
}

/// All names of `E`, joined by ", ", for help texts and error messages.
template <class E>
[[nodiscard]] std::string all_names() {
  std::string text;
  for (const auto& [value, name] : EnumNames<E>::names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

/// The inverse of `name_of`. @throws ConfigError naming the allowed words.
template <class E>
[[nodiscard]] E parse_enum(std::string_view text) {
  for (const auto& [value, name] : EnumNames<E>::names)
    if (name == text) return value;
  throw ConfigError{std::string{"'"}.append(text) + "' is no " + std::string{EnumNames<E>::kind} +
                    "; choose one of: " + all_names<E>()};
}

}  // namespace harsanyi
