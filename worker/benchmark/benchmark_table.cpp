#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"
#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/table_entry.hpp"

namespace harsanyi {
namespace {

/// What a kind of benchmark has beside the keys of every kind.
struct KindRules {
  std::vector<std::string> keys;
  std::string metric;
  std::vector<ValueKind> values;  ///< allowed; the first one is the default
};

KindRules rules_of(BenchmarkKind kind) {
  switch (kind) {
    case BenchmarkKind::classification:
      return {{"instruction", "template", "label_field", "label_words"},
              "accuracy",
              {ValueKind::label_set, ValueKind::full_vocabulary}};
    case BenchmarkKind::multiple_choice:
      return {{"instruction", "template", "options", "label_field", "label_form", "likelihood"},
              "accuracy",
              {ValueKind::full_vocabulary, ValueKind::label_set}};
    case BenchmarkKind::question_answering:
      return {{"instruction", "template", "context_field", "answers_field", "unanswerable", "example",
               "new_tokens"},
              "f1",
              {ValueKind::f1}};
    case BenchmarkKind::tokens:
      break;
  }
  return {{}, "accuracy", {ValueKind::label_set, ValueKind::full_vocabulary}};
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void read_common(const TableEntry& entry, const KindRules& rules, Benchmark& benchmark) {
  std::vector<std::string> known{"kind",  "source", "folder", "calibration_split", "evaluation_split",
                                 "value", "metric"};
  known.insert(known.end(), rules.keys.begin(), rules.keys.end());
  entry.require_known_keys(known);
  benchmark.source = entry.text_or_nothing("source");
  benchmark.folder = entry.file_name("folder");
  benchmark.calibration_split = entry.file_name("calibration_split");
  benchmark.evaluation_split = entry.file_name("evaluation_split");
  benchmark.metric = entry.text("metric");
  if (benchmark.metric != rules.metric)
    throw entry.error(fmt::format("unknown metric '{}'; kind {} has '{}'", benchmark.metric,
                                  name_of(benchmark.kind), rules.metric));
  benchmark.value = entry.has("value") ? entry.choice<ValueKind>("value") : rules.values.front();
  if (std::find(rules.values.begin(), rules.values.end(), benchmark.value) == rules.values.end())
    throw entry.error(fmt::format("the value '{}' does not fit kind {}, which has '{}'",
                                  name_of(benchmark.value), name_of(benchmark.kind),
                                  name_of(rules.values.front())));
}

void read_prompt(const TableEntry& entry, Benchmark& benchmark) {
  benchmark.instruction = entry.text("instruction");
  benchmark.prompt_template = entry.text("template");
  (void)entry.template_fields("template");
}

void read_classification(const TableEntry& entry, Benchmark& benchmark) {
  benchmark.label_field = entry.text("label_field");
  benchmark.label_words = entry.texts("label_words");
  if (benchmark.label_words.size() < 2)
    throw entry.error("'label_words' must be a list of at least two texts");
}

LikelihoodContext read_likelihood(const TableEntry& entry) {
  entry.require_known_keys({"context", "without_last_character", "words"});
  LikelihoodContext likelihood;
  likelihood.context = entry.text("context");
  const auto fields = entry.template_fields("context");
  const auto require_field = [&](const std::string& key, const std::string& field) {
    if (!contains(fields, field))
      throw entry.error(
          fmt::format("'likelihood.{}' names the field '{}', which 'likelihood.context' does not "
                      "use",
                      key, field));
  };
  if (entry.has("without_last_character")) {
    likelihood.without_last_character = entry.texts("without_last_character");
    for (const auto& field : likelihood.without_last_character)
      require_field("without_last_character", field);
  }
  if (entry.has("words")) {
    const TableEntry words = entry.part("words");
    for (const std::string& field : words.keys()) {
      require_field("words", field);
      likelihood.words[field] = words.words(field);
    }
  }
  return likelihood;
}

void read_multiple_choice(const TableEntry& entry, Benchmark& benchmark) {
  if (entry.is_text("options")) {
    benchmark.options_field = entry.text("options");
  } else {
    benchmark.option_fields = entry.texts("options");
    if (benchmark.option_fields.size() < 2)
      throw entry.error(
          "'options' must be the name of the field that lists the options, or a list of at least two fields");
  }
  benchmark.label_field = entry.text("label_field");
  benchmark.label_form = entry.choice<LabelForm>("label_form");
  if (entry.has("likelihood")) benchmark.likelihood = read_likelihood(entry.part("likelihood"));
}

void read_question_answering(const TableEntry& entry, Benchmark& benchmark) {
  benchmark.context_field = entry.text("context_field");
  benchmark.answers_field = entry.text("answers_field");
  benchmark.unanswerable = entry.text_or_nothing("unanswerable");
  benchmark.new_tokens = entry.positive_number("new_tokens");
  const bool has_place = contains(entry.template_fields("template"), "example");
  if (entry.has("example") != has_place)
    throw entry.error(
        "'example' and its place {example} in 'template' belong together; the entry has only one of them");
  if (!has_place) return;
  benchmark.example_template = entry.text("example");
  if (!contains(entry.template_fields("example"), "answer"))
    throw entry.error("'example' has no {answer}: it would not be solved");
}

Benchmark read_entry(const std::filesystem::path& file) {
  const TableEntry entry = TableEntry::read(file);
  Benchmark benchmark;
  benchmark.name = file.stem().string();
  benchmark.kind = entry.choice<BenchmarkKind>("kind");
  read_common(entry, rules_of(benchmark.kind), benchmark);
  if (benchmark.kind == BenchmarkKind::tokens) return benchmark;
  read_prompt(entry, benchmark);
  if (benchmark.kind == BenchmarkKind::classification) read_classification(entry, benchmark);
  if (benchmark.kind == BenchmarkKind::multiple_choice) read_multiple_choice(entry, benchmark);
  if (benchmark.kind == BenchmarkKind::question_answering) read_question_answering(entry, benchmark);
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
