#include "orchestrator/job/benchmark_rows.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

void add_ids(Sha256& hash, const std::vector<std::int32_t>& ids) {
  const auto count = static_cast<std::int64_t>(ids.size());
  hash.update(std::as_bytes(std::span{&count, 1})).update(std::as_bytes(std::span{ids}));
}

// True where the calibration rows come out of the scored split.
bool holds_out(const Benchmark& benchmark, const DataOptions& options) {
  return options.hold_out > 0 && options.calibration_rows.empty() && !benchmark.folder.empty() &&
         !std::filesystem::exists(
             split_file(benchmark, options.data, benchmark.calibration_split, "calibration-rows"));
}

std::string prompts_digest(const PreparedRows& rows) {
  constexpr std::array kEnd{std::byte{0xff}};  // no byte of UTF-8
  Sha256 hash;
  for (const PreparedRow& row : rows.rows) {
    add_ids(hash, row.prompt.tokens);
    add_ids(hash, row.prompt.label_tokens);
    hash.update(std::as_bytes(std::span{&row.prompt.gold, 1}));
    for (const auto& continuation : row.prompt.continuations) add_ids(hash, continuation);
    for (const std::string& answer : row.gold_answers)
      hash.update(std::as_bytes(std::span{answer})).update(kEnd);
  }
  return hash.hex();
}

}  // namespace

std::vector<Benchmark> chosen_benchmarks(const DataOptions& options) {
  const auto table = load_benchmark_table(benchmark_table_folder(options.benchmark_table));
  std::vector<Benchmark> chosen;
  for (const std::string& name : options.benchmarks) chosen.push_back(find_benchmark(table, name));
  return chosen;
}

bool any_needs_tokenizer(const std::vector<Benchmark>& benchmarks) {
  return std::any_of(benchmarks.begin(), benchmarks.end(),
                     [](const Benchmark& benchmark) { return benchmark.kind != BenchmarkKind::tokens; });
}

std::filesystem::path split_file(const Benchmark& benchmark, const std::filesystem::path& data,
                                 const std::string& split, const std::string& option) {
  if (benchmark.folder.empty())
    throw ConfigError{fmt::format("benchmark '{}' has no data of its own; name its rows with --{} FILE",
                                  benchmark.name, option)};
  return data / benchmark.folder / (split + ".jsonl");
}

RowsSource calibration_rows(const Benchmark& benchmark, const DataOptions& options, int samples,
                            std::uint64_t seed) {
  RowChoice choice{.at_most = samples, .shuffled = true, .seed = seed};
  if (!options.calibration_rows.empty()) return {options.calibration_rows, choice};
  if (holds_out(benchmark, options)) {
    choice.hold_out = options.hold_out;
    choice.held_out = HeldOut::alone;
    return {split_file(benchmark, options.data, benchmark.evaluation_split, "scored-rows"), choice};
  }
  return {split_file(benchmark, options.data, benchmark.calibration_split, "calibration-rows"), choice};
}

RowsSource scored_rows(const Benchmark& benchmark, const DataOptions& options,
                       const std::filesystem::path& instead, int items, bool drawn, std::uint64_t seed) {
  RowChoice choice{
      .at_most = items > 0 ? std::optional{items} : std::nullopt, .shuffled = drawn, .seed = seed};
  if (!instead.empty()) return {instead, choice};
  if (holds_out(benchmark, options)) choice.hold_out = options.hold_out;
  return {split_file(benchmark, options.data, benchmark.evaluation_split, "scored-rows"), choice};
}

PromptRules prompt_rules(const Benchmark& benchmark, const DataOptions& options) {
  PromptRules rules;
  rules.letters = options.letters;
  rules.strip_trailing_space = options.strip_trailing_space;
  rules.long_rows = options.long_rows;
  rules.new_tokens = benchmark.new_tokens;
  return rules;
}

PreparedRows prepare_rows(const Benchmark& benchmark, const RowsSource& source, const ModelFacts& model,
                          const PromptRules& rules) {
  return prepare_rows(benchmark, source.file, source.choice, model.tokenizer_or_null(),
                      {model.config.max_positions, model.config.shape.vocabulary}, rules);
}

void add_rows(Identity& identity, const std::string& prefix, const PreparedRows& rows) {
  identity.set(prefix + ".file_sha256", rows.file_sha256);
  identity.set(prefix + ".rows", std::to_string(rows.rows.size()));
  if (rows.skipped > 0) identity.set(prefix + ".rows_skipped", std::to_string(rows.skipped));
  if (rows.truncated > 0) identity.set(prefix + ".rows_truncated", std::to_string(rows.truncated));
  identity.set(prefix + ".prompts_sha256", prompts_digest(rows));
}

}  // namespace harsanyi
