#include "orchestrator/job/sweep_job.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "orchestrator/job/benchmark_rows.hpp"

namespace harsanyi {
namespace {

int given_or(int given, std::int64_t chosen) {
  return given > 0 ? given : static_cast<int>(chosen);
}

// Appends one benchmark's calibration rows to the pool.
void add_pool(SweepJob& job, const Benchmark& benchmark, const SweepOptions& options) {
  const auto file = rows_file(benchmark, options.data, benchmark.calibration_split,
                              options.data.calibration_rows, "calibration-rows");
  const PreparedRows rows = prepare_rows(
      benchmark, file, {.at_most = options.samples, .shuffled = true, .seed = options.seed},
      job.model.tokenizer_or_null(), {job.model.config.max_positions, job.model.config.shape.vocabulary});
  for (const PreparedRow& row : rows.rows) {
    job.samples.push_back(
        {benchmark.name, row.row, row.prompt.gold, static_cast<int>(row.prompt.tokens.size())});
    job.prompts.push_back(row.prompt);
  }
  job.plan.shape.pools.push_back(static_cast<int>(rows.rows.size()));
  add_rows(job.identity, "benchmark." + benchmark.name, rows);
}

void add_conventions(Identity& identity, const SweepOptions& options, const Sharding& sharding) {
  identity.set("kind", "sweep");
  identity.set("mask", std::string{name_of(options.mask)});
  identity.set("epsilon", options.mask == MaskKind::drop ? "none" : fmt::format("{}", options.epsilon));
  identity.set("value", std::string{name_of(options.value)});
  identity.set("seed", std::to_string(options.seed));
  identity.set("sharding", fmt::format("{} layers, {} coalitions, {} samples", sharding.layers,
                                       sharding.coalitions, sharding.samples));
}

}  // namespace

std::vector<int> SweepJob::prompt_lengths() const {
  std::vector<int> lengths;
  for (const SampleLabel& sample : samples) lengths.push_back(sample.tokens);
  return lengths;
}

std::vector<UnitTask> SweepJob::tasks() const {
  std::vector<UnitTask> tasks;
  for (std::size_t i = 0; i < plan.units.size(); ++i)
    tasks.push_back({.cost = costs[i].flops, .affinity = plan.units[i].samples.first, .done = false});
  return tasks;
}

Sharding chosen_sharding(const SweepOptions& options, int layers, int players) {
  constexpr int kLayerShards = 8;
  constexpr int kSamples = 8;
  constexpr std::int64_t kCoalitions = 64;
  return {.layers = given_or(options.unit_layers, (layers + kLayerShards - 1) / kLayerShards),
          .coalitions = given_or(options.unit_coalitions, std::min(kCoalitions, coalition_count(players))),
          .samples = given_or(options.unit_samples, kSamples)};
}

SweepJob prepare_sweep(const SweepOptions& options) {
  const std::vector<Benchmark> benchmarks = chosen_benchmarks(options.data);
  SweepJob job;
  job.model = read_model_facts(options.model.folder, any_needs_tokenizer(benchmarks));
  job.rules = {.mask = options.mask, .epsilon = options.epsilon, .value = options.value};
  const PlayerLayout layout = job.model.config.layout();
  for (const Benchmark& benchmark : benchmarks) add_pool(job, benchmark, options);
  const GameShape shape{job.model.config.shape.layers, layout.players, job.plan.shape.pools};
  const Sharding sharding = chosen_sharding(options, shape.layers, shape.players);
  job.plan = make_sweep_plan(shape, sharding);

  const std::vector<int> lengths = job.prompt_lengths();
  for (const SweepUnit& unit : job.plan.units) {
    const auto of_unit = std::span{job.prompts}.subspan(static_cast<std::size_t>(unit.samples.first),
                                                        static_cast<std::size_t>(unit.samples.size()));
    job.costs.push_back(
        cost_of(unit, job.model.config.shape, lengths, static_cast<int>(shared_prefix(of_unit))));
  }
  add_model_files(job.identity, "model", job.model);
  add_conventions(job.identity, options, sharding);
  return job;
}

}  // namespace harsanyi
