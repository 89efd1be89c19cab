#include <algorithm>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"
#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/prompt_template.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

const std::vector<std::string> kMetrics{"accuracy"};

std::vector<std::string> keys_of(BenchmarkKind kind) {
  std::vector<std::string> keys{"kind",  "source", "folder", "calibration_split", "evaluation_split",
                                "metric"};
  if (kind == BenchmarkKind::classification)
    keys.insert(keys.end(), {"instruction", "template", "label_field", "label_words"});
  return keys;
}

/// One table file: its path for messages, its object for values.
class Entry {
 public:
  explicit Entry(const std::filesystem::path& file) : file_{file}, object_(parse(file)) {}

  [[nodiscard]] BenchmarkError error(std::string_view problem) const {
    return BenchmarkError{fmt::format("{}: {}", file_.string(), problem)};
  }

  [[nodiscard]] std::string text(const std::string& key) const {
    const json& value = member(key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      throw error(fmt::format("'{}' must be a text that is not empty, found {}", key, value.dump()));
    return value.get<std::string>();
  }

  [[nodiscard]] std::string text_or_nothing(const std::string& key) const {
    return object_.contains(key) ? text(key) : std::string{};
  }

  [[nodiscard]] std::vector<std::string> words(const std::string& key) const {
    const json& value = member(key);
    const auto is_word = [](const json& w) {
      return w.is_string() && !w.get_ref<const std::string&>().empty();
    };
    if (!value.is_array() || value.size() < 2 || !std::all_of(value.begin(), value.end(), is_word))
      throw error(fmt::format("'{}' must be a list of at least two texts, found {}", key, value.dump()));
    auto words = value.get<std::vector<std::string>>();
    if (std::set<std::string>(words.begin(), words.end()).size() != words.size())
      throw error(fmt::format("'{}' names the same word twice: {}", key, value.dump()));
    return words;
  }

  void require_known_keys(const std::vector<std::string>& known) const {
    for (const auto& [key, value] : object_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw error(
            fmt::format("unknown key '{}'; the nearest right one is '{}'", key, nearest_name(key, known)));
  }

 private:
  [[nodiscard]] const json& member(const std::string& key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) throw error(fmt::format("the key '{}' is missing", key));
    return *found;
  }

  /// nlohmann_json keeps the last of two equal keys without a word, so keys are compared while they are read.
  static json parse(const std::filesystem::path& file) {
    std::ifstream in{file};
    if (!in) throw BenchmarkError{fmt::format("cannot read {}", file.string())};
    std::set<std::string> seen;
    const auto refuse_twice = [&](int depth, json::parse_event_t event, json& parsed) {
      if (event == json::parse_event_t::key && depth == 1 && !seen.insert(parsed.get<std::string>()).second)
        throw BenchmarkError{fmt::format("{}: the key {} is there twice", file.string(), parsed.dump())};
      return true;
    };
    try {
      json object = json::parse(in, refuse_twice);
      if (!object.is_object()) throw BenchmarkError{fmt::format("{}: holds no JSON object", file.string())};
      return object;
    } catch (const json::exception& e) {
      throw BenchmarkError{fmt::format("{}: no valid JSON: {}", file.string(), e.what())};
    }
  }

  std::filesystem::path file_;
  json object_;
};

BenchmarkKind kind_of(const Entry& entry) {
  const std::string text = entry.text("kind");
  try {
    return parse_enum<BenchmarkKind>(text);
  } catch (const ConfigError& e) {
    throw entry.error(e.what());
  }
}

std::vector<std::string> fields_of(const std::string& prompt_template, const Entry& entry) {
  try {
    return PromptTemplate{prompt_template}.fields();
  } catch (const BenchmarkError& e) {
    throw entry.error(fmt::format("'template': {}", e.what()));
  }
}

Benchmark read_entry(const std::filesystem::path& file) {
  const Entry entry{file};
  Benchmark benchmark;
  benchmark.name = file.stem().string();
  benchmark.kind = kind_of(entry);
  entry.require_known_keys(keys_of(benchmark.kind));
  benchmark.source = entry.text_or_nothing("source");
  benchmark.folder = entry.text("folder");
  benchmark.calibration_split = entry.text("calibration_split");
  benchmark.evaluation_split = entry.text("evaluation_split");
  benchmark.metric = entry.text("metric");
  if (std::find(kMetrics.begin(), kMetrics.end(), benchmark.metric) == kMetrics.end())
    throw entry.error(
        fmt::format("unknown metric '{}'; known are: {}", benchmark.metric, fmt::join(kMetrics, ", ")));
  if (benchmark.kind == BenchmarkKind::tokens) return benchmark;

  benchmark.instruction = entry.text("instruction");
  benchmark.prompt_template = entry.text("template");
  benchmark.label_field = entry.text("label_field");
  benchmark.label_words = entry.words("label_words");
  if (fields_of(benchmark.prompt_template, entry).empty())
    throw entry.error("'template' has no {field}: every prompt would be the same");
  return benchmark;
}

}  // namespace

std::map<std::string, Benchmark> load_benchmark_table(const std::filesystem::path& folder) {
  std::error_code no_folder;
  std::filesystem::directory_iterator files{folder, no_folder};
  if (no_folder)
    throw BenchmarkError{
        fmt::format("cannot list the benchmark table {}: {}; --benchmark-table names its folder",
                    folder.string(), no_folder.message())};
  std::map<std::string, Benchmark> table;
  for (const auto& file : files)
    if (file.path().extension() == ".json") {
      Benchmark benchmark = read_entry(file.path());
      table.emplace(benchmark.name, std::move(benchmark));
    }
  if (table.empty())
    throw BenchmarkError{fmt::format("the benchmark table {} holds no .json file", folder.string())};
  return table;
}

const Benchmark& find_benchmark(const std::map<std::string, Benchmark>& table, std::string_view name) {
  if (const auto found = table.find(std::string{name}); found != table.end()) return found->second;
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& [known, benchmark] : table) names.push_back(known);
  throw BenchmarkError{fmt::format("there is no benchmark '{}'; the nearest name is '{}', all names: {}",
                                   name, nearest_name(name, names), fmt::join(names, ", "))};
}

}  // namespace harsanyi
