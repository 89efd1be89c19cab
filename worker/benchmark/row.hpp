#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// One row of a JSON-lines file, with its place for messages. A field is the name of a member, or a path
/// through objects: "choices.text". Every accessor throws BenchmarkError naming file, line and field.
class Row {
 public:
  /// @param file    must outlive the row
  /// @param number  from 0
  Row(const std::filesystem::path& file, int number, std::string_view line);

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] BenchmarkError error(std::string_view problem) const;

  [[nodiscard]] std::string text(const std::string& field) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& field) const;  ///< a list, maybe empty
  /// A whole number, or a text of digits (as HellaSwag has it), of at least 0 and less than `bound`.
  [[nodiscard]] int index(const std::string& field, int bound) const;
  /// A letter from A, or a digit from 1, as an index less than `bound` <= 7.
  [[nodiscard]] int letter_index(const std::string& field, int bound) const;
  /// A list of token ids of at least 0 and less than `vocabulary`.
  [[nodiscard]] std::vector<TokenId> tokens(const std::string& field, int vocabulary) const;
  /// The member "id" in JSON form; absent if there is none, or null.
  [[nodiscard]] std::optional<std::string> id() const;

 private:
  [[nodiscard]] nlohmann::json parsed(std::string_view line) const;
  [[nodiscard]] const nlohmann::json& member(const std::string& field) const;
  [[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const std::string& name,
                                                const std::string& field) const;

  const std::filesystem::path& file_;
  int number_;
  nlohmann::json object_;
};

}  // namespace harsanyi
