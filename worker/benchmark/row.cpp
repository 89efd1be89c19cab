#include "worker/benchmark/row.hpp"

#include <charconv>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/nearest_name.hpp"
#include "partition/json/bounded_json.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

constexpr JsonBounds kRowBounds{
    .bytes = std::size_t{64} << 20, .depth = 64, .string_bytes = std::size_t{16} << 20};

std::optional<std::int64_t> whole_number(const json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Row::Row(const std::filesystem::path& file, int number, std::string_view line)
    : file_{file}, number_{number}, object_(parsed(line)) {}

BenchmarkError Row::error(std::string_view problem) const {
  return BenchmarkError{fmt::format("{}, line {}: {}", file_.string(), number_ + 1, problem)};
}

json Row::parsed(std::string_view line) const {
  if (const auto bad = utf8::first_invalid_byte(line))
    throw error(fmt::format("byte {} of the line begins no valid UTF-8; save the file as UTF-8", *bad + 1));
  json object;
  try {
    object = parse_json(line, kRowBounds);
  } catch (const JsonError& e) {
    throw error(fmt::format("the row {}", e.what()));
  }
  if (!object.is_object())
    throw error(fmt::format("a row must be a JSON object {{...}}, found {}", shortened(object)));
  return object;
}

const json& Row::member_of(const json& object, const std::string& name, const std::string& field) const {
  const auto found = object.find(name);
  if (found != object.end()) return *found;
  std::vector<std::string> names;
  for (const auto& [known, value] : object.items()) names.push_back(known);
  throw error(names.empty() ? fmt::format("the field '{}' is missing; the row is empty", field)
                            : fmt::format("the field '{}' is missing; the nearest field of the row is '{}'",
                                          field, nearest_name(name, names)));
}

const json& Row::member(const std::string& field) const {
  const json* value = &object_;
  std::size_t start = 0;
  for (std::size_t dot = field.find('.'); dot != std::string::npos; dot = field.find('.', start)) {
    value = &member_of(*value, field.substr(start, dot - start), field);
    if (!value->is_object())
      throw error(
          fmt::format("the field '{}' must be an object, found {}", field.substr(0, dot), shortened(*value)));
    start = dot + 1;
  }
  return member_of(*value, field.substr(start), field);
}

std::string Row::text(const std::string& field) const {
  const json& value = member(field);
  if (!value.is_string())
    throw error(fmt::format("the field '{}' must be a text, found {}", field, shortened(value)));
  return value.get<std::string>();
}

std::vector<std::string> Row::texts(const std::string& field) const {
  const json& value = member(field);
  if (!value.is_array())
    throw error(fmt::format("the field '{}' must be a list of texts, found {}", field, shortened(value)));
  std::vector<std::string> all;
  for (const json& one : value) {
    if (!one.is_string())
      throw error(fmt::format("the field '{}' must hold texts only, found {}", field, shortened(one)));
    all.push_back(one.get<std::string>());
  }
  return all;
}

int Row::index(const std::string& field, int bound) const {
  const std::optional<std::int64_t> number = whole_number(member(field));
  if (!number || *number < 0 || *number >= bound)
    throw error(fmt::format("the field '{}' is {}, not a label index from 0 to {}", field,
                            shortened(member(field)), bound - 1));
  return static_cast<int>(*number);
}

int Row::letter_index(const std::string& field, int bound) const {
  const std::string key = text(field);
  if (key.size() == 1) {
    const int from_letter = key[0] - 'A';
    const int from_digit = key[0] - '1';
    if (from_letter >= 0 && from_letter < bound) return from_letter;
    if (from_digit >= 0 && from_digit < bound) return from_digit;
  }
  throw error(fmt::format("the field '{}' is {}, not one of the row's {} choices: A to {}, or 1 to {}", field,
                          shortened(member(field)), bound, static_cast<char>('A' + bound - 1), bound));
}

std::vector<TokenId> Row::tokens(const std::string& field, int vocabulary) const {
  const json& value = member(field);
  if (!value.is_array() || value.empty())
    throw error(fmt::format("the field '{}' must be a list of token ids that is not empty, found {}", field,
                            shortened(value)));
  std::vector<TokenId> ids;
  ids.reserve(value.size());
  for (const json& id : value) {
    if (!id.is_number_integer() || id < 0 || id >= vocabulary)
      throw error(fmt::format("the field '{}' holds {}, not a token id from 0 to {} (the model's vocabulary)",
                              field, shortened(id), vocabulary - 1));
    ids.push_back(id.get<TokenId>());
  }
  return ids;
}

std::optional<std::string> Row::id() const {
  const auto found = object_.find("id");
  if (found == object_.end() || found->is_null()) return std::nullopt;
  return found->dump();
}

}  // namespace harsanyi
