#include "worker/text/json_part.hpp"

#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr std::uintmax_t largest_file = std::uintmax_t{512} << 20;
constexpr int deepest_nesting = 32;

std::string contents_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error)
    throw TextError{
        fmt::format("{}: cannot read the tokenizer ({}); the model folder must hold tokenizer.json",
                    file.string(), error.message())};
  if (size > largest_file)
    throw TextError{fmt::format("{}: {} bytes are too many for a tokenizer; is this the right file?",
                                file.string(), size)};
  std::string contents(size, '\0');
  std::ifstream stream{file, std::ios::binary};
  if (!stream.read(contents.data(), static_cast<std::streamsize>(size)))
    throw TextError{
        fmt::format("{}: cannot read the tokenizer; check the file's permissions", file.string())};
  return contents;
}

}  // namespace

std::optional<JsonPart> JsonPart::find(const char* key) const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->type_name()));
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return JsonPart{*member, fmt::format("{}{}{}", place_, place_.ends_with(' ') ? "" : ".", key)};
}

JsonPart JsonPart::at(const char* key) const {
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

bool JsonPart::boolean_or(const char* key, bool fallback) const {
  const auto member = find(key);
  return member ? member->boolean() : fallback;
}

std::string JsonPart::text_or(const char* key, std::string_view fallback) const {
  const auto member = find(key);
  return member ? member->text() : std::string{fallback};
}

void JsonPart::fail(std::string_view reason) const {
  throw TextError{
      fmt::format("{}: {}; the file is damaged or not a Hugging Face tokenizer.json", place_, reason)};
}

void JsonPart::not_supported(std::string_view what) const {
  throw TextError{
      fmt::format("{}: {} is not supported; see docs/decisions/tokenizer.md for what is", place_, what)};
}

nlohmann::json read_json_file(const std::filesystem::path& file) {
  const auto limit_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > deepest_nesting)
      throw TextError{fmt::format("{}: nested deeper than {} levels; this is no tokenizer.json",
                                  file.string(), deepest_nesting)};
    return true;
  };
  try {
    return nlohmann::json::parse(contents_of(file), limit_depth);
  } catch (const nlohmann::json::exception& error) {
    throw TextError{
        fmt::format("{}: not valid JSON ({}); download the file again", file.string(), error.what())};
  }
}

}  // namespace harsanyi
