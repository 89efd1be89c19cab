#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// Largest token id accepted. Published vocabularies end below 300,000.
inline constexpr TokenId largest_token_id = (1 << 24) - 1;

/// Most steps of a normalizer, pre-tokenizer, post-processor or decoder. Published files have fewer than ten.
inline constexpr std::size_t most_steps = 64;

/// One value of a JSON file together with its place, so that every complaint names both. Does not own the
/// value.
class JsonPart {
 public:
  JsonPart(const nlohmann::json& value, std::string place) : value_{&value}, place_{std::move(place)} {}

  [[nodiscard]] const nlohmann::json& json() const noexcept { return *value_; }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }  ///< "FILE: a.b[2]"
  [[nodiscard]] bool is_null() const noexcept { return value_->is_null(); }

  /// The member, or nothing if it is absent or null.
  /// @throws TextError  if this is no object
  [[nodiscard]] std::optional<JsonPart> find(const std::string& key) const;
  [[nodiscard]] JsonPart at(const std::string& key) const;  ///< @throws TextError  if absent or null
  [[nodiscard]] std::vector<JsonPart> elements() const;     ///< @throws TextError  if this is no array
  [[nodiscard]] std::string text() const;
  /// @throws TextError  if it is no whole number from 0 to largest_token_id
  [[nodiscard]] TokenId token_id() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t count() const;

  [[nodiscard]] bool boolean_or(const std::string& key, bool fallback) const;
  [[nodiscard]] std::string text_or(const std::string& key, std::string_view fallback) const;
  [[nodiscard]] std::string type() const { return at("type").text(); }

  /// @throws TextError  if a part that has `steps` steps can take no more, of which this is one
  void require_room_for_step(std::size_t steps) const;

  [[noreturn]] void fail(std::string_view reason) const;
  [[noreturn]] void not_supported(std::string_view what) const;

 private:
  const nlohmann::json* value_;
  std::string place_;
};

/// Parses a whole file.
/// @throws TextError  if it is missing, unreadable, larger than 128 MiB, nested deeper than 32 levels or no
/// JSON
[[nodiscard]] nlohmann::json read_tokenizer_json(const std::filesystem::path& file);

}  // namespace harsanyi
