#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// One file of the benchmark table: its path for messages, its object for values. Every accessor throws
/// BenchmarkError naming file, key and what was expected.
class TableEntry {
 public:
  /// @throws BenchmarkError  if the file is missing, holds no JSON object, or has a key twice
  [[nodiscard]] static TableEntry read(const std::filesystem::path& file);

  [[nodiscard]] BenchmarkError error(std::string_view problem) const;
  void require_known_keys(const std::vector<std::string>& known) const;

  [[nodiscard]] bool has(const std::string& key) const { return object_.contains(key); }
  [[nodiscard]] std::string text(const std::string& key) const;  ///< not empty
  [[nodiscard]] std::string text_or_nothing(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> texts(
      const std::string& key) const;  ///< at least one, all different
  [[nodiscard]] std::map<std::string, std::string> words(const std::string& key) const;  ///< at least one
  /// The name of a file or folder, without slashes. It cannot lead out of the folder that it lies in.
  [[nodiscard]] std::string file_name(const std::string& key) const;
  [[nodiscard]] int positive_number(const std::string& key) const;
  [[nodiscard]] bool is_text(const std::string& key) const;
  /// The object under a key, as an entry of its own.
  [[nodiscard]] TableEntry part(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Names of the {fields} in the template under a key. @throws BenchmarkError  for unpaired braces, or none
  [[nodiscard]] std::vector<std::string> template_fields(const std::string& key) const;

  template <class E>
  [[nodiscard]] E choice(const std::string& key) const {
    try {
      return parse_enum<E>(text(key));
    } catch (const ConfigError& e) {
      throw error("'" + named(key) + "': " + e.what());
    }
  }

 private:
  TableEntry(std::string file, std::string prefix, nlohmann::json object)
      : file_{std::move(file)}, prefix_{std::move(prefix)}, object_(std::move(object)) {}

  [[nodiscard]] std::string named(const std::string& key) const { return prefix_ + key; }
  [[nodiscard]] const nlohmann::json& member(const std::string& key) const;

  std::string file_;
  std::string prefix_;  ///< of keys in messages: "likelihood." in that object
  nlohmann::json object_;
};

}  // namespace harsanyi
