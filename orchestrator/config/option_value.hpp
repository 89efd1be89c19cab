#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "orchestrator/config/selection_text.hpp"
#include "partition/base/named_enum.hpp"

// How each type of field is written on the command line and in configuration files.

namespace harsanyi {

/// Allowed numbers, both ends included.
template <class Number>
struct Bounds {
  Number lowest = std::numeric_limits<Number>::lowest();
  Number highest = std::numeric_limits<Number>::max();
};

template <class Number>
[[nodiscard]] constexpr Bounds<Number> at_least(Number lowest) {
  return {.lowest = lowest};
}

/// `read` gives nothing for a wrong text; `write` is its inverse; `allowed` completes "... is not".
template <class T>
struct OptionValue;

template <>
struct OptionValue<std::string> {
  static std::optional<std::string> read(std::string_view text) { return std::string{text}; }
  static std::string write(const std::string& value) { return value; }
  static std::string allowed() { return "a text"; }
};

template <>
struct OptionValue<std::filesystem::path> {
  static std::optional<std::filesystem::path> read(std::string_view text) {
    // A system call would take the part before a NUL for the whole path.
    if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
    return std::filesystem::path{text};
  }
  static std::string write(const std::filesystem::path& value) { return value.string(); }
  static std::string allowed() { return "a path"; }
};

template <>
struct OptionValue<bool> {
  static std::optional<bool> read(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
  }
  static std::string write(bool value) { return value ? "true" : "false"; }
  static std::string allowed() { return "true or false"; }
};

template <class E>
requires std::is_enum_v<E>
struct OptionValue<E> {
  static std::optional<E> read(std::string_view text) {
    for (const auto& [value, name] : EnumNames<E>::names)
      if (name == text) return value;
    return std::nullopt;
  }
  static std::string write(E value) { return std::string{name_of(value)}; }
  static std::string allowed() { return "one of " + all_names<E>(); }
};

/// Numbers: whole ones in decimal, others in any form from_chars takes; never NaN or infinite.
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
struct OptionValue<Number> {
  static std::optional<Number> read(std::string_view text) {
    Number number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::floating_point<Number>)
      if (!std::isfinite(number)) return std::nullopt;
    return number;
  }
  /// Shortest text that reads back to the same bits.
  static std::string write(Number value) {
    char text[64];
    const auto [end, problem] = std::to_chars(text, text + sizeof text, value);
    return {text, problem == std::errc{} ? end : text};
  }
  static std::string allowed(const Bounds<Number>& bounds = {}) {
    std::string text = std::integral<Number> ? "a whole number" : "a finite number";
    if (bounds.highest != std::numeric_limits<Number>::max())
      return text + " from " + write(bounds.lowest) + " to " + write(bounds.highest);
    if (bounds.lowest != std::numeric_limits<Number>::lowest())
      text += " of at least " + write(bounds.lowest);
    return text;
  }
};

template <>
struct OptionValue<IndexList> {
  static std::optional<IndexList> read(std::string_view text) { return IndexList::parse(text); }
  static std::string write(const IndexList& value) { return value.text(); }
  static std::string allowed() { return "a list such as all, none or 0-3,7"; }
};

template <>
struct OptionValue<LayerCoalition> {
  static std::optional<LayerCoalition> read(std::string_view text) { return LayerCoalition::parse(text); }
  static std::string write(const LayerCoalition& value) { return value.text(); }
  static std::string allowed() { return "a layer and its unmasked players such as 3:{0,2}, 3:0b101 or 3:5"; }
};

template <>
struct OptionValue<TokenList> {
  static std::optional<TokenList> read(std::string_view text) { return TokenList::parse(text); }
  static std::string write(const TokenList& value) { return value.text(); }
  static std::string allowed() { return "a list of token ids such as 1,2,3"; }
};

}  // namespace harsanyi
