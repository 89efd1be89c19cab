#include "worker/text/json_part.hpp"

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {

std::optional<JsonPart> JsonPart::find(const std::string& key) const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->type_name()));
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return JsonPart{*member, fmt::format("{}{}{}", place_, place_.ends_with(' ') ? "" : ".", key)};
}

JsonPart JsonPart::at(const std::string& key) const {
  auto member = find(key);
  if (!member) fail(fmt::format("'{}' is missing", key));
  return *std::move(member);
}

std::vector<JsonPart> JsonPart::elements() const {
  if (!value_->is_array()) fail(fmt::format("expected an array, found {}", value_->type_name()));
  std::vector<JsonPart> parts;
  parts.reserve(value_->size());
  for (const auto& element : *value_)
    parts.emplace_back(element, fmt::format("{}[{}]", place_, parts.size()));
  return parts;
}

std::string JsonPart::text() const {
  if (!value_->is_string()) fail(fmt::format("expected a string, found {}", value_->type_name()));
  return value_->get<std::string>();
}

bool JsonPart::boolean() const {
  if (!value_->is_boolean()) fail(fmt::format("expected true or false, found {}", value_->type_name()));
  return value_->get<bool>();
}

std::int64_t JsonPart::count() const {
  if (!value_->is_number_unsigned() ||
      value_->get<std::uint64_t>() > static_cast<std::uint64_t>(largest_token_id))
    fail(
        fmt::format("expected a whole number from 0 to {}, found {}", largest_token_id, value_->type_name()));
  return value_->get<std::int64_t>();
}

TokenId JsonPart::token_id() const {
  return static_cast<TokenId>(count());
}

bool JsonPart::boolean_or(const std::string& key, bool fallback) const {
  const auto member = find(key);
  return member ? member->boolean() : fallback;
}

std::string JsonPart::text_or(const std::string& key, std::string_view fallback) const {
  const auto member = find(key);
  return member ? member->text() : std::string{fallback};
}

void JsonPart::require_room_for_step(std::size_t steps) const {
  if (steps >= most_steps) not_supported(fmt::format("a sequence of more than {} steps", most_steps));
}

void JsonPart::fail(std::string_view reason) const {
  throw TextError{
      fmt::format("{}: {}; the file is damaged or not a Hugging Face tokenizer.json", place_, reason)};
}

void JsonPart::not_supported(std::string_view what) const {
  throw TextError{
      fmt::format("{}: {} is not supported; see docs/decisions/tokenizer.md for what is", place_, what)};
}

nlohmann::json read_tokenizer_json(const std::filesystem::path& file) {
  constexpr JsonBounds bounds{.bytes = std::size_t{128} << 20, .depth = 32};
  try {
    return read_json(file, bounds);
  } catch (const JsonError& error) {
    throw TextError{
        fmt::format("{}: {}; the model folder must hold a whole tokenizer.json: download it again",
                    file.string(), error.what())};
  }
}

}  // namespace harsanyi
