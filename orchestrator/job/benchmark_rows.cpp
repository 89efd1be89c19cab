#include "orchestrator/job/benchmark_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

void add_ids(Sha256& hash, const std::vector<std::int32_t>& ids) {
  const auto count = static_cast<std::int64_t>(ids.size());
  hash.update(std::as_bytes(std::span{&count, 1})).update(std::as_bytes(std::span{ids}));
}

std::string prompts_digest(const PreparedRows& rows) {
  Sha256 hash;
  for (const PreparedRow& row : rows.rows) {
    add_ids(hash, row.prompt.tokens);
    add_ids(hash, row.prompt.label_tokens);
    hash.update(std::as_bytes(std::span{&row.prompt.gold, 1}));
  }
  return hash.hex();
}

}  // namespace

std::vector<Benchmark> chosen_benchmarks(const DataOptions& options) {
  const auto table = load_benchmark_table(options.benchmark_table);
  std::vector<Benchmark> chosen;
  for (const std::string& name : options.benchmarks) chosen.push_back(find_benchmark(table, name));
  return chosen;
}

bool any_needs_tokenizer(const std::vector<Benchmark>& benchmarks) {
  return std::any_of(benchmarks.begin(), benchmarks.end(),
                     [](const Benchmark& benchmark) { return benchmark.kind != BenchmarkKind::tokens; });
}

std::filesystem::path rows_file(const Benchmark& benchmark, const DataOptions& options,
                                const std::string& split, const std::filesystem::path& instead,
                                const std::string& option) {
  if (!instead.empty()) return instead;
  if (benchmark.folder.empty())
    throw ConfigError{fmt::format("benchmark '{}' has no data of its own; name its rows with --{} FILE",
                                  benchmark.name, option)};
  return options.data / benchmark.folder / (split + ".jsonl");
}

void add_rows(Identity& identity, const std::string& prefix, const PreparedRows& rows) {
  identity.set(prefix + ".file_sha256", rows.file_sha256);
  identity.set(prefix + ".rows", std::to_string(rows.rows.size()));
  identity.set(prefix + ".prompts_sha256", prompts_digest(rows));
}

}  // namespace harsanyi
