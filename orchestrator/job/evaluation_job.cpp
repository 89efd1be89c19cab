#include "orchestrator/job/evaluation_job.hpp"

#include <fmt/format.h>

#include "orchestrator/job/benchmark_rows.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "partition/base/error.hpp"
#include "storage/groups/groups_file.hpp"

namespace harsanyi {
namespace {

// Sixteen prompts make a matrix product of some hundred rows, and a unit of seconds.
constexpr int kItemsPerUnit = 16;

std::optional<Calibration> calibration_of(EvaluationMethod method, const EvaluatedModel& model,
                                          const CalibrationOptions& options) {
  if (method == EvaluationMethod::vanilla) return std::nullopt;
  return calibration_of(options, model.facts.config,
                        method == EvaluationMethod::gac ? &*model.groups : nullptr);
}

EvaluatedModel prepare_model(const EvaluateOptions& options, std::size_t index, bool needs_tokenizer) {
  EvaluatedModel model{read_model_facts(options.models[index], needs_tokenizer), std::nullopt, {}};
  if (!options.groups.empty()) {
    model.groups = read_groups(options.groups[index]);
    require_matching_groups(*model.groups, model.facts.config, options.groups[index]);
  }
  for (const EvaluationMethod method : options.methods)
    model.of_method.push_back(calibration_of(method, model, options.calibration));
  return model;
}

void append_items(ResultsTable& table, std::vector<Prompt>& prompts, const PreparedRows& rows,
                  ItemPart part) {
  for (const PreparedRow& row : rows.rows) {
    table.items.push_back({part, row.row, row.prompt.gold});
    prompts.push_back(row.prompt);
  }
}

// One (model, benchmark): scored rows, then calibration rows.
void add_table(EvaluationJob& job, const EvaluateOptions& options, const ModelFacts& model,
               const Benchmark& benchmark) {
  const auto rows_of = [&](const std::filesystem::path& file, const RowChoice& choice) {
    return prepare_rows(benchmark, file, choice, model.tokenizer_or_null(),
                        {model.config.max_positions, model.config.shape.vocabulary});
  };
  ResultsTable table{model.name, benchmark.name, {}, {}};
  std::vector<Prompt> prompts;
  const PreparedRows scored = rows_of(
      rows_file(benchmark, options.data, benchmark.evaluation_split, options.scored_rows, "scored-rows"),
      {.at_most = options.items > 0 ? std::optional{options.items} : std::nullopt});
  table.labels = scored.label_words;
  append_items(table, prompts, scored, ItemPart::scored);
  const std::string prefix = fmt::format("{}.{}", model.name, benchmark.name);
  add_rows(job.identity, prefix + ".scored", scored);
  if (options.calibration_samples > 0) {
    const PreparedRows calibration =
        rows_of(rows_file(benchmark, options.data, benchmark.calibration_split, options.data.calibration_rows,
                          "calibration-rows"),
                {.at_most = options.calibration_samples, .shuffled = true, .seed = options.seed});
    append_items(table, prompts, calibration, ItemPart::calibration);
    add_rows(job.identity, prefix + ".calibration", calibration);
  }
  job.tables.push_back(std::move(table));
  job.prompts.push_back(std::move(prompts));
}

void add_facts(Identity& identity, const EvaluateOptions& options, const std::vector<std::string>& methods,
               int items_per_unit) {
  identity.set("kind", "evaluation");
  identity.set("methods", fmt::format("{}", fmt::join(methods, ", ")));
  identity.set("alpha", fmt::format("{}", options.calibration.alpha));
  identity.set("beta", fmt::format("{}", options.calibration.beta));
  identity.set("redistribution", std::string{name_of(options.calibration.redistribution)});
  identity.set("layers", options.calibration.layers.text());
  identity.set("items_per_unit", std::to_string(items_per_unit));
}

void require_distinct_names(const std::vector<EvaluatedModel>& models) {
  for (std::size_t i = 0; i < models.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (models[i].facts.name == models[j].facts.name)
        throw ConfigError{fmt::format("two models are named '{}' ('{}' and '{}'); rename one of the folders",
                                      models[i].facts.name, models[j].facts.folder.string(),
                                      models[i].facts.folder.string())};
}

}  // namespace

std::vector<UnitTask> EvaluationJob::tasks() const {
  std::vector<UnitTask> tasks;
  for (std::size_t i = 0; i < plan.units.size(); ++i)
    tasks.push_back({.cost = costs[i].flops,
                     .affinity = plan.tables[static_cast<std::size_t>(plan.units[i].table)].model,
                     .done = false});
  return tasks;
}

std::span<const Prompt> EvaluationJob::prompts_of(const EvaluationUnit& unit) const {
  return std::span{prompts[static_cast<std::size_t>(unit.table)]}.subspan(
      static_cast<std::size_t>(unit.items.first), static_cast<std::size_t>(unit.items.size()));
}

EvaluationJob prepare_evaluation(const EvaluateOptions& options) {
  const std::vector<Benchmark> benchmarks = chosen_benchmarks(options.data);
  EvaluationJob job;
  for (const EvaluationMethod method : options.methods) job.methods.emplace_back(name_of(method));
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    job.models.push_back(prepare_model(options, i, any_needs_tokenizer(benchmarks)));
    const EvaluatedModel& model = job.models.back();
    add_model_files(job.identity, model.facts.name, model.facts);
    if (model.groups) add_groups(job.identity, model.facts.name, *model.groups);
  }
  require_distinct_names(job.models);

  std::vector<EvaluationTable> shapes;
  for (std::size_t m = 0; m < job.models.size(); ++m)
    for (const Benchmark& benchmark : benchmarks) {
      add_table(job, options, job.models[m].facts, benchmark);
      const ResultsTable& table = job.tables.back();
      shapes.push_back({static_cast<int>(m), static_cast<int>(job.methods.size()),
                        static_cast<int>(table.items.size()), static_cast<int>(table.labels.size())});
    }
  job.plan =
      make_evaluation_plan(std::move(shapes), options.unit_items > 0 ? options.unit_items : kItemsPerUnit);
  for (const EvaluationUnit& unit : job.plan.units) {
    std::vector<int> lengths;
    for (const Prompt& prompt : job.prompts[static_cast<std::size_t>(unit.table)])
      lengths.push_back(static_cast<int>(prompt.tokens.size()));
    const auto model = static_cast<std::size_t>(job.plan.tables[static_cast<std::size_t>(unit.table)].model);
    job.costs.push_back(cost_of(unit, job.models[model].facts.config.shape, lengths));
  }
  add_facts(job.identity, options, job.methods, job.plan.items_per_unit);
  return job;
}

}  // namespace harsanyi
