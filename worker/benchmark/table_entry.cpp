#include "worker/benchmark/table_entry.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "partition/base/file_name.hpp"
#include "partition/base/nearest_name.hpp"
#include "partition/json/bounded_json.hpp"
#include "worker/benchmark/prompt_template.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

bool is_word(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

}  // namespace

TableEntry TableEntry::read(const std::filesystem::path& path) {
  const std::string file = path.string();
  try {
    json object = read_json(path);
    if (!object.is_object()) throw BenchmarkError{fmt::format("{}: holds no JSON object", file)};
    return {file, "", std::move(object)};
  } catch (const JsonError& e) {
    throw BenchmarkError{fmt::format("{}: {}", file, e.what())};
  }
}

BenchmarkError TableEntry::error(std::string_view problem) const {
  return BenchmarkError{fmt::format("{}: {}", file_, problem)};
}

const json& TableEntry::member(const std::string& key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) throw error(fmt::format("the key '{}' is missing", named(key)));
  return *found;
}

void TableEntry::require_known_keys(const std::vector<std::string>& known) const {
  for (const std::string& key : keys())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw error(fmt::format("unknown key '{}'; the nearest right one is '{}'", named(key),
                              named(nearest_name(key, known))));
}

std::string TableEntry::text(const std::string& key) const {
  const json& value = member(key);
  if (!is_word(value))
    throw error(fmt::format("'{}' must be a text that is not empty, found {}", named(key), shortened(value)));
  return value.get<std::string>();
}

std::string TableEntry::text_or_nothing(const std::string& key) const {
  return has(key) ? text(key) : std::string{};
}

std::vector<std::string> TableEntry::texts(const std::string& key) const {
  const json& value = member(key);
  if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), is_word))
    throw error(fmt::format("'{}' must be a list of texts, found {}", named(key), shortened(value)));
  auto texts = value.get<std::vector<std::string>>();
  if (std::set<std::string>(texts.begin(), texts.end()).size() != texts.size())
    throw error(fmt::format("'{}' names the same word twice: {}", named(key), shortened(value)));
  return texts;
}

std::map<std::string, std::string> TableEntry::words(const std::string& key) const {
  const json& value = member(key);
  if (!value.is_object() || value.empty() || !std::all_of(value.begin(), value.end(), is_word))
    throw error(fmt::format("'{}' must be an object of texts, found {}", named(key), shortened(value)));
  return value.get<std::map<std::string, std::string>>();
}

std::string TableEntry::file_name(const std::string& key) const {
  std::string name = text(key);
  if (!is_plain_file_name(name))
    throw error(fmt::format("'{}' must be a plain name below the data folder, found {}", named(key),
                            shortened(name)));
  return name;
}

int TableEntry::positive_number(const std::string& key) const {
  const json& value = member(key);
  if (!value.is_number_integer() || value < 1 || value > std::numeric_limits<int>::max())
    throw error(
        fmt::format("'{}' must be a whole number of at least 1, found {}", named(key), shortened(value)));
  return value.get<int>();
}

bool TableEntry::is_text(const std::string& key) const {
  return member(key).is_string();
}

TableEntry TableEntry::part(const std::string& key) const {
  const json& value = member(key);
  if (!value.is_object())
    throw error(fmt::format("'{}' must be an object {{...}}, found {}", named(key), shortened(value)));
  return {file_, named(key) + ".", value};
}

std::vector<std::string> TableEntry::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object_.items()) keys.push_back(key);
  return keys;
}

std::vector<std::string> TableEntry::template_fields(const std::string& key) const {
  std::vector<std::string> fields;
  try {
    fields = PromptTemplate{text(key)}.fields();
  } catch (const BenchmarkError& e) {
    throw error(fmt::format("'{}': {}", named(key), e.what()));
  }
  if (fields.empty())
    throw error(fmt::format("'{}' has no {{field}}: every prompt would be the same", named(key)));
  return fields;
}

}  // namespace harsanyi
