#include "orchestrator/job/sweep_job.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/config/select_options.hpp"
#include "orchestrator/job/benchmark_rows.hpp"
#include "partition/base/error.hpp"
#include "partition/plan/unit_size.hpp"

namespace harsanyi {
namespace {

// Appends one benchmark's calibration rows to the pool.
void add_pool(SweepJob& job, const Benchmark& benchmark, const SweepOptions& options) {
  const PreparedRows rows =
      prepare_rows(benchmark, calibration_rows(benchmark, options.data, options.samples, options.seed),
                   job.model, prompt_rules(benchmark, options.data));
  for (const PreparedRow& row : rows.rows) {
    job.samples.push_back(
        {benchmark.name, row.row, row.prompt.gold, static_cast<int>(row.prompt.tokens.size())});
    job.prompts.push_back(row.prompt);
    job.generated.gold_answers.push_back(row.gold_answers);
  }
  job.generated.rules.max_new_tokens = std::max(job.generated.rules.max_new_tokens, benchmark.new_tokens);
  job.long_rows.push_back({benchmark.name, rows.skipped, rows.truncated});
  job.plan.shape.pools.push_back(static_cast<int>(rows.rows.size()));
  add_rows(job.identity, "benchmark." + benchmark.name, rows);
}

// What a coalition's value measures: as asked, or as the benchmarks have it.
ValueKind value_kind(const SweepOptions& options, const std::vector<Benchmark>& benchmarks) {
  const ValueKind kind = options.value.value_or(benchmarks.front().value);
  for (const Benchmark& benchmark : benchmarks) {
    if (!options.value && benchmark.value != kind)
      throw ConfigError{
          fmt::format("benchmarks '{}' (value {}) and '{}' (value {}) do not fit into one cube; give each "
                      "its own sweep, or "
                      "choose one --value",
                      benchmarks.front().name, name_of(kind), benchmark.name, name_of(benchmark.value))};
    if ((kind == ValueKind::f1) != (benchmark.kind == BenchmarkKind::question_answering))
      throw ConfigError{fmt::format("value {} does not fit benchmark '{}' of kind {}", name_of(kind),
                                    benchmark.name, name_of(benchmark.kind))};
  }
  return kind;
}

void add_conventions(Identity& identity, const SweepOptions& options, ValueKind value,
                     const Sharding& sharding) {
  identity.set("kind", "sweep");
  identity.set("mask", std::string{name_of(options.mask)});
  identity.set("epsilon", uses_epsilon(options.mask) ? fmt::format("{}", options.epsilon) : "none");
  identity.set("value", std::string{name_of(value)});
  identity.set("seed", std::to_string(options.seed));
  identity.set("sharding", fmt::format("{} layers, {} coalitions, {} samples", sharding.layers,
                                       sharding.coalitions, sharding.samples));
}

// For the groups that `select` gives with the same --convention.
StoppingRule stopping_rule(const SweepOptions& options, ValueKind value) {
  SelectOptions reading;
  reading.convention = options.convention;
  reading.use(options.convention);
  return {.kind = options.stopping,
          .elimination = {.confidence = options.stopping_confidence,
                          .indifference = options.stopping_indifference,
                          .selection = reading.rule},
          .first_samples = options.stopping_first_samples,
          .orientation = reading.orientation,
          .zero = reading.zero,
          .scale = reading.scale_of(value)};
}

// Nothing for full tables: a fact that every full cube lacks would set all existing ones apart.
void add_stopping(Identity& identity, const StoppingRule& stopping, const SampleRounds& rounds) {
  if (stopping.kind == Stopping::full) return;
  identity.set("stopping", std::string{name_of(stopping.kind)});
  identity.set("stopping.confidence", fmt::format("{}", stopping.elimination.confidence));
  identity.set("stopping.indifference", fmt::format("{}", stopping.elimination.indifference));
  identity.set("stopping.strata", "benchmark and right label");
  identity.set("stopping.search", "small coalitions ahead");
  identity.set("stopping.rounds", fmt::format("{}", fmt::join(rounds.of_largest_pool(), ", ")));
  identity.set(
      "stopping.arg_max",
      fmt::format("{}, orientation {}, zero rule {}, value scale {}", name_of(stopping.elimination.selection),
                  name_of(stopping.orientation), name_of(stopping.zero), name_of(stopping.scale)));
}

// [samples] F1 of what the unit's samples generate while one layer is masked.
std::vector<double> masked_f1(Engine& engine, const SweepJob& job, const SweepUnit& unit, LayerId layer,
                              Coalition present) {
  const auto first = static_cast<std::size_t>(unit.samples.first);
  const Intervention masked{.mask = LayerMask{layer, present, job.rules.mask, job.rules.epsilon},
                            .calibration = std::nullopt};
  const auto texts =
      engine.generate(std::span{job.prompts}.subspan(first, static_cast<std::size_t>(unit.samples.size())),
                      masked, job.generated.rules);
  std::vector<double> values;
  for (std::size_t s = 0; s < texts.size(); ++s)
    values.push_back(scores_of(job.generated, first + s, texts[s], *job.model.tokenizer).first.f1);
  return values;
}

// The values of a unit of kind f1. The grand coalition masks nobody, so it is the same in every layer.
std::vector<double> generated_values(Engine& engine, const SweepJob& job, const SweepUnit& unit) {
  const Coalition grand = Coalition::grand(job.plan.shape.players);
  const auto coalitions = static_cast<std::size_t>(unit.coalitions.size());
  const auto samples = static_cast<std::size_t>(unit.samples.size());
  std::vector<double> values(static_cast<std::size_t>(unit.values()));
  std::vector<double> unmodified;
  for (const LayerId layer : unit.layers)
    for (const Coalition present : unit.coalitions) {
      const bool is_grand = present == grand;
      std::vector<double> of_samples =
          is_grand && !unmodified.empty() ? unmodified : masked_f1(engine, job, unit, layer, present);
      const auto row = static_cast<std::size_t>(layer.index() - unit.layers.first) * samples;
      const auto column = static_cast<std::size_t>(present.index() - unit.coalitions.first);
      for (std::size_t s = 0; s < samples; ++s) values[(row + s) * coalitions + column] = of_samples[s];
      if (is_grand) unmodified = std::move(of_samples);
    }
  return values;
}

// Model, rules and the benchmarks' kind of value: what a job begins with.
SweepJob job_without_samples(const SweepOptions& options, const std::vector<Benchmark>& benchmarks,
                             bool needs_tokenizer) {
  SweepJob job;
  job.model = read_model_facts(options.model.folder, needs_tokenizer);
  job.rules = {.mask = options.mask, .epsilon = options.epsilon, .value = value_kind(options, benchmarks)};
  return job;
}

// Prompts of an assumed length; the second half of each is its own.
void add_assumed_pool(SweepJob& job, const Benchmark& benchmark, int samples, int tokens) {
  for (int i = 0; i < samples; ++i) {
    Prompt prompt{std::vector<std::int32_t>(static_cast<std::size_t>(tokens), 0)};
    std::fill(prompt.tokens.begin() + tokens / 2, prompt.tokens.end(), i + 1);
    job.prompts.push_back(std::move(prompt));
    job.samples.push_back({benchmark.name, i, 0, tokens});
  }
  job.generated.rules.max_new_tokens = std::max(job.generated.rules.max_new_tokens, benchmark.new_tokens);
  job.plan.shape.pools.push_back(samples);
}

template <class Elements>
bool any_named(const Elements& elements, const std::vector<bool>& named) {
  for (const auto element : elements)
    if (named[static_cast<std::size_t>(element.index())]) return true;
  return false;
}

// [units] true for those that hold a layer and a sample of the part.
std::vector<bool> units_in_part(const SweepPlan& plan, const SweepOptions& options) {
  const auto layers = options.only_layers.among(plan.shape.layers, "--only-layers");
  const auto samples =
      options.only_samples.among(plan.shape.samples(), "--only-samples", "the sweep's samples");
  std::vector<bool> in_part;
  for (const SweepUnit& unit : plan.units)
    in_part.push_back(any_named(unit.layers, layers) && any_named(unit.samples, samples));
  return in_part;
}

// Cuts the samples into units and costs them.
void plan_units(SweepJob& job, const SweepOptions& options, const UnitsFor& units) {
  const ModelShape& model = job.model.config.shape;
  const GameShape shape{model.layers, job.model.config.layout().players, job.plan.shape.pools};
  job.stopping = stopping_rule(options, job.rules.value);
  job.rounds = job.stopping.kind == Stopping::full
                   ? SampleRounds{shape.pools}
                   : SampleRounds{shape.pools, job.stopping.first_samples, job.stopping.growth};
  UnitSize size = choose_unit_size(
      shape, job.rounds,
      {.given = {options.unit_layers, options.unit_coalitions, options.unit_samples},
       .recorded = units.recorded,
       .worker_groups = options.worker_groups > 0 ? options.worker_groups : units.worker_groups,
       .layers_stop_alone = job.stopping.kind == Stopping::elimination});
  job.plan = make_sweep_plan(shape, size.sharding, job.rounds);
  job.unit_reason = std::move(size.reason);
  job.in_part = units_in_part(job.plan, options);
  const std::vector<int> lengths = job.prompt_lengths();
  for (const SweepUnit& unit : job.plan.units) {
    if (job.rules.value == ValueKind::f1) {
      job.costs.push_back(generation_cost_of(unit, model, lengths, job.generated.rules.max_new_tokens));
      continue;
    }
    const auto of_unit = std::span{job.prompts}.subspan(static_cast<std::size_t>(unit.samples.first),
                                                        static_cast<std::size_t>(unit.samples.size()));
    job.costs.push_back(cost_of(unit, model, lengths, static_cast<int>(shared_prefix(of_unit))));
  }
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
    tasks.push_back({.cost = costs[i].flops,
                     .affinity = plan.units[i].samples.first,
                     .done = false,
                     .wanted = in_part[i]});
  return tasks;
}

std::optional<Sharding> recorded_sharding(const std::filesystem::path& cube) {
  if (cube.empty() || !std::filesystem::exists(cube)) return std::nullopt;
  return DividendCube::open(cube).description().plan.sharding;
}

std::vector<double> unit_values(Engine& engine, const SweepJob& job, const SweepUnit& unit) {
  return job.rules.value == ValueKind::f1 ? generated_values(engine, job, unit)
                                          : engine.values(unit, job.prompts, job.rules);
}

SweepJob prepare_sweep(const SweepOptions& options, const UnitsFor& units) {
  const std::vector<Benchmark> benchmarks = chosen_benchmarks(options.data);
  SweepJob job = job_without_samples(options, benchmarks, any_needs_tokenizer(benchmarks));
  for (const Benchmark& benchmark : benchmarks) add_pool(job, benchmark, options);
  plan_units(job, options, units);
  if (job.rules.value == ValueKind::f1) {
    job.generated.rules.end_tokens = end_tokens(job.model);
    add_generation(job.identity, "generation", job.generated.rules);
  }
  add_model_files(job.identity, "model", job.model);
  add_conventions(job.identity, options, job.rules.value, job.plan.sharding);
  add_stopping(job.identity, job.stopping, job.rounds);
  return job;
}

SweepJob assumed_sweep(const SweepOptions& options, int prompt_tokens, const UnitsFor& units) {
  const std::vector<Benchmark> benchmarks = chosen_benchmarks(options.data);
  SweepJob job = job_without_samples(options, benchmarks, /*needs_tokenizer=*/false);
  for (const Benchmark& benchmark : benchmarks)
    add_assumed_pool(job, benchmark, options.samples, prompt_tokens);
  plan_units(job, options, units);
  return job;
}

}  // namespace harsanyi
