#include "orchestrator/job/evaluation_job.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "orchestrator/job/benchmark_rows.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "orchestrator/job/layer_choice.hpp"
#include "orchestrator/job/method_fact.hpp"
#include "partition/base/error.hpp"
#include "storage/groups/groups_file.hpp"

namespace harsanyi {
namespace {

// Sixteen prompts make a matrix product of some hundred rows, and a unit of seconds.
constexpr int kItemsPerUnit = 16;

std::optional<Calibration> calibration_of(const MethodPlan& plan, std::size_t model_number,
                                          const EvaluatedModel& model, CalibrationOptions options) {
  if (plan.method == EvaluationMethod::vanilla) return std::nullopt;
  options.layers = plan.layers.at(model_number);
  return calibration_of(options, model.facts.config,
                        plan.method == EvaluationMethod::gac ? &*model.groups : nullptr);
}

EvaluatedModel prepare_model(const EvaluateOptions& options, const std::vector<MethodPlan>& methods,
                             std::size_t index, const std::vector<Benchmark>& benchmarks) {
  EvaluatedModel model{
      read_model_facts(options.models[index], any_needs_tokenizer(benchmarks)), std::nullopt, {}, {}};
  if (std::any_of(benchmarks.begin(), benchmarks.end(), [](const Benchmark& benchmark) {
        return benchmark.kind == BenchmarkKind::question_answering;
      }))
    model.end_tokens = end_tokens(model.facts);
  if (!options.groups.empty()) {
    model.groups = read_groups(options.groups[index]);
    require_matching_groups(*model.groups, model.facts.config, options.groups[index]);
  }
  for (const MethodPlan& method : methods)
    model.of_method.push_back(calibration_of(method, index, model, options.calibration));
  return model;
}

// How the items of a benchmark are answered.
AnswerKind answer_kind(const Benchmark& benchmark, ChoiceScoring scoring) {
  switch (benchmark.kind) {
    case BenchmarkKind::classification:
    case BenchmarkKind::tokens:
      return AnswerKind::label_logits;
    case BenchmarkKind::multiple_choice:
      return scoring == ChoiceScoring::next_token ? AnswerKind::next_token : AnswerKind::option_likelihood;
    case BenchmarkKind::question_answering:
      return AnswerKind::generated_text;
  }
  throw BenchmarkError{"unknown kind of benchmark"};
}

// Code points of a well-formed text.
std::int32_t characters_of(const std::string& text) {
  return static_cast<std::int32_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Lengths in characters, as lm-evaluation-harness takes them; 0 fills up items with fewer options.
void append_option_lengths(ResultsTable& table, const std::vector<std::string>& options) {
  for (std::size_t option = 0; option < table.labels.size(); ++option)
    table.option_lengths.push_back(option < options.size() ? characters_of(options[option]) : 0);
}

void append_items(EvaluationJob& job, const PreparedRows& rows, ItemPart part) {
  ResultsTable& table = job.tables.back();
  for (const PreparedRow& row : rows.rows) {
    table.items.push_back({part, row.row, row.prompt.gold});
    if (table.answers == AnswerKind::option_likelihood) append_option_lengths(table, row.options);
    job.prompts.back().push_back(row.prompt);
    if (table.answers == AnswerKind::generated_text)
      job.generated.back().gold_answers.push_back(row.gold_answers);
  }
  table.rows_skipped += rows.skipped;
  table.rows_truncated += rows.truncated;
}

PromptRules rules_of(const EvaluateOptions& options, const Benchmark& benchmark) {
  PromptRules rules = prompt_rules(benchmark, options.data);
  rules.scoring = options.scoring;
  rules.shots = options.shots;
  rules.shots_seed = options.shots_seed;
  if (options.shots > 0) rules.shots_file = calibration_rows(benchmark, options.data, 1, options.seed).file;
  return rules;
}

// One (model, benchmark): scored rows, then calibration rows. Label offsets are for label tokens alone.
void add_table(EvaluationJob& job, const EvaluateOptions& options, const EvaluatedModel& model,
               const Benchmark& benchmark, ScoredPart part) {
  const PromptRules rules = rules_of(options, benchmark);
  const std::string prefix = fmt::format("{}.{}", model.facts.name, benchmark.name);
  ResultsTable& table = job.tables.emplace_back();
  table.model = model.facts.name;
  table.benchmark = benchmark.name;
  table.answers = answer_kind(benchmark, options.scoring);
  job.prompts.emplace_back();
  job.generated.emplace_back();

  const auto calibration_source = [&] {
    return calibration_rows(benchmark, options.data, options.calibration_samples, options.seed);
  };
  const RowsSource source = part == ScoredPart::calibration
                                ? calibration_source()
                                : scored_rows(benchmark, options.data, options.scored_rows, options.items,
                                              options.draw_items, options.seed);
  const PreparedRows scored = prepare_rows(benchmark, source, model.facts, rules);
  if (table.answers == AnswerKind::generated_text) {
    table.new_tokens = benchmark.new_tokens;
    job.generated.back().rules = {.max_new_tokens = benchmark.new_tokens, .end_tokens = model.end_tokens};
    add_generation(job.identity, prefix, job.generated.back().rules);
  } else {
    table.labels = scored.label_words;
  }
  append_items(job, scored, ItemPart::scored);
  add_rows(job.identity, prefix + ".scored", scored);
  if (part == ScoredPart::calibration || options.calibration_samples < 1 ||
      table.answers != AnswerKind::label_logits)
    return;
  const PreparedRows calibration = prepare_rows(benchmark, calibration_source(), model.facts, rules);
  append_items(job, calibration, ItemPart::calibration);
  add_rows(job.identity, prefix + ".calibration", calibration);
}

// Tokens that are computed for a prompt: its own, or prompt and continuation for each continuation.
int computed_tokens(const Prompt& prompt) {
  if (prompt.continuations.empty()) return static_cast<int>(prompt.tokens.size());
  std::size_t tokens = 0;
  for (const auto& continuation : prompt.continuations) tokens += prompt.tokens.size() + continuation.size();
  return static_cast<int>(tokens);
}

std::vector<UnitCost> unit_costs(const EvaluationJob& job) {
  std::vector<std::vector<int>> lengths(job.prompts.size());  // [tables][items]
  for (std::size_t table = 0; table < lengths.size(); ++table)
    std::transform(job.prompts[table].begin(), job.prompts[table].end(), std::back_inserter(lengths[table]),
                   computed_tokens);
  std::vector<UnitCost> costs;
  costs.reserve(job.plan.units.size());
  for (const EvaluationUnit& unit : job.plan.units) {
    const auto table = static_cast<std::size_t>(unit.table);
    const EvaluationTable& shape = job.plan.tables[table];
    const ModelShape& model = job.models[static_cast<std::size_t>(shape.model)].facts.config.shape;
    costs.push_back(shape.answers == AnswerKind::generated_text
                        ? generation_cost_of(unit, model, lengths[table], shape.width)
                        : cost_of(unit, model, lengths[table]));
  }
  return costs;
}

void add_facts(Identity& identity, const EvaluateOptions& options, const std::vector<MethodPlan>& methods,
               int items_per_unit) {
  identity.set("kind", "evaluation");
  for (const MethodPlan& plan : methods) {
    std::vector<std::string> layers;
    if (plan.method != EvaluationMethod::vanilla)
      for (const LayerList& of_model : plan.layers) layers.push_back(of_model.text());
    identity.set("method." + plan.name, method_fact(name_of(plan.method), layers));
  }
  identity.set("alpha", fmt::format("{}", options.calibration.alpha));
  identity.set("beta", fmt::format("{}", options.calibration.beta));
  identity.set("redistribution", std::string{name_of(options.calibration.redistribution)});
  identity.set("decoding", std::string{name_of(options.calibration.decoding)});
  identity.set("choice_scoring", std::string{name_of(options.scoring)});
  identity.set("shots", fmt::format("{} by seed {}", options.shots, options.shots_seed));
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
  const bool several_sizes = has_several_sizes();
  std::vector<UnitTask> tasks;
  for (std::size_t i = 0; i < plan.units.size(); ++i)
    tasks.push_back({.cost = costs[i].flops,
                     .affinity = plan.tables[static_cast<std::size_t>(plan.units[i].table)].model,
                     .done = false,
                     .ranks = several_sizes ? model_of(plan.units[i]).ranks : UnitTask::kAnyRanks});
  return tasks;
}

bool EvaluationJob::has_several_sizes() const {
  return std::any_of(models.begin(), models.end(),
                     [this](const EvaluatedModel& model) { return model.ranks != models.front().ranks; });
}

const EvaluatedModel& EvaluationJob::model_of(const EvaluationUnit& unit) const {
  const int model = plan.tables[static_cast<std::size_t>(unit.table)].model;
  return models[static_cast<std::size_t>(model)];
}

std::span<const Prompt> EvaluationJob::prompts_of(const EvaluationUnit& unit) const {
  return std::span{prompts[static_cast<std::size_t>(unit.table)]}.subspan(
      static_cast<std::size_t>(unit.items.first), static_cast<std::size_t>(unit.items.size()));
}

std::vector<MethodPlan> methods_of(const EvaluateOptions& options) {
  std::vector<LayerList> layers(options.models.size(), options.calibration.layers);
  ScoredPart split = ScoredPart::calibration;  // of any model: layers chosen by scored rows are never hidden
  for (std::size_t model = 0; model < options.layers_from.size(); ++model) {
    const LayerChoice choice = read_layer_choice(options.layers_from[model]);
    layers[model] = LayerList::of(choice.layers);
    if (choice.split == ScoredPart::scored) split = ScoredPart::scored;
  }
  const std::string origin =
      options.layers_from.empty() ? "" : fmt::format(" (layers chosen by {} rows)", name_of(split));
  std::vector<MethodPlan> plans;
  for (const EvaluationMethod method : options.methods) {
    const bool calibrates = method != EvaluationMethod::vanilla;
    plans.push_back({std::string{name_of(method)} + (calibrates ? origin : ""), method, layers});
  }
  return plans;
}

EvaluationJob prepare_evaluation(const EvaluateOptions& options, const std::vector<MethodPlan>& methods,
                                 ScoredPart part) {
  const std::vector<Benchmark> benchmarks = chosen_benchmarks(options.data);
  EvaluationJob job;
  for (const MethodPlan& method : methods) job.methods.push_back(method.name);
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    job.models.push_back(prepare_model(options, methods, i, benchmarks));
    EvaluatedModel& model = job.models.back();
    model.ranks =
        options.tensor_parallel.size() == 1 ? options.tensor_parallel.front() : options.tensor_parallel.at(i);
    add_model_files(job.identity, model.facts.name, model.facts);
    if (model.groups) add_groups(job.identity, model.facts.name, *model.groups);
  }
  require_distinct_names(job.models);

  std::vector<EvaluationTable> shapes;
  for (std::size_t m = 0; m < job.models.size(); ++m)
    for (const Benchmark& benchmark : benchmarks) {
      add_table(job, options, job.models[m], benchmark, part);
      const ResultsTable& table = job.tables.back();
      shapes.push_back({static_cast<int>(m), static_cast<int>(job.methods.size()),
                        static_cast<int>(table.items.size()), table.answers, table.width()});
    }
  job.plan =
      make_evaluation_plan(std::move(shapes), options.unit_items > 0 ? options.unit_items : kItemsPerUnit);
  job.costs = unit_costs(job);
  add_facts(job.identity, options, methods, job.plan.items_per_unit);
  return job;
}

}  // namespace harsanyi
