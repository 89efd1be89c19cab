#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/job/calibrated_heads.hpp"
#include "orchestrator/job/model_facts.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/run/worker_groups.hpp"
#include "storage/forward/forward_file.hpp"
#include "storage/groups/groups_file.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

/// A prompt and what is known of it.
struct Question {
  std::vector<std::int32_t> tokens;
  std::map<std::string, std::string> facts;
};

std::vector<Question> questions_of(const ForwardOptions& options, const ModelFacts& model) {
  if (options.text)
    return {{model.tokenizer->encode(*options.text, /*add_special_tokens=*/true), {{"text", *options.text}}}};
  if (options.tokens) return {{options.tokens->ids, {}}};
  Benchmark rows_of_tokens;
  rows_of_tokens.name = "tokens";
  rows_of_tokens.kind = BenchmarkKind::tokens;
  std::vector<Question> questions;
  for (PreparedRow& row : prepare_rows(rows_of_tokens, options.rows, {}, nullptr,
                                       {model.config.max_positions, model.config.shape.vocabulary})
                              .rows)
    questions.push_back({std::move(row.prompt.tokens),
                         {{"row", std::to_string(row.row)}, {"gold", std::to_string(row.prompt.gold)}}});
  return questions;
}

Intervention intervention_of(const ForwardOptions& options, const ModelConfig& config,
                             const SalientGroups* groups) {
  Intervention intervention;
  if (options.mask)
    intervention.mask =
        LayerMask{options.mask->layer, options.mask->present, options.mask_kind, options.epsilon};
  if (options.calibrate) intervention.calibration = calibration_of(options.calibration, config, groups);
  return intervention;
}

Identity identity_of(const ForwardOptions& options, const ModelFacts& model, const Engine& engine,
                     const SalientGroups* groups) {
  Identity identity;
  add_model_files(identity, "model", model);
  identity.set("model.weights_sha256", digest_of_weights(options.model.folder, options.model.verify));
  add_numerics(identity, engine.numerics());
  add_group_size(identity, "numerics", options.model.compute.tensor_parallel);
  identity.set("mask", options.mask ? fmt::format("{} {} epsilon {}", options.mask->text(),
                                                  name_of(options.mask_kind), options.epsilon)
                                    : "none");
  identity.set(
      "calibration",
      options.calibrate
          ? fmt::format("alpha {} beta {} {} layers {}", options.calibration.alpha, options.calibration.beta,
                        name_of(options.calibration.redistribution), options.calibration.layers.text())
          : "none");
  if (groups != nullptr) {
    require_weights_of(*groups, identity.facts().at("model.weights_sha256"), model.name);
    add_groups(identity, "model", *groups);
  }
  return identity;
}

ForwardPrompt record_of(const Question& question, ForwardOutput output, const ForwardOptions& options,
                        const ModelFacts& model) {
  ForwardPrompt prompt;
  prompt.tokens = question.tokens;
  if (model.tokenizer)
    for (const std::int32_t token : question.tokens)
      prompt.token_texts.push_back(
          model.tokenizer->decode(std::span{&token, 1}, /*skip_special_tokens=*/false));
  if (options.last_only) prompt.positions = {static_cast<std::int32_t>(question.tokens.size()) - 1};
  prompt.logits = std::move(output.logits);
  prompt.hidden = std::move(output.hidden);
  prompt.attention = std::move(output.attention);
  prompt.facts = question.facts;
  return prompt;
}

/// Collective over the group that holds the model; its first rank, rank 0 of the job, writes.
void forward_in(World& world, WorkerGroup* group, const ForwardOptions& options,
                const Invocation& invocation) {
  const bool has_tokenizer = std::filesystem::exists(options.model.folder / "tokenizer.json");
  const ModelFacts model = read_model_facts(options.model.folder, options.text.has_value() || has_tokenizer);
  require_divisible(model, options.model.compute.tensor_parallel);
  const std::vector<Question> questions = questions_of(options, model);
  std::optional<SalientGroups> groups;
  if (!options.groups.empty()) {
    groups = read_groups(options.groups);
    require_matching_groups(*groups, model.config, options.groups);
  }
  const Intervention intervention = intervention_of(options, model.config, groups ? &*groups : nullptr);
  const auto engine = load_model(model, engine_options(options.model.compute, world, group), world);
  const ModelShape& s = model.config.shape;
  std::optional<ForwardWriter> writer;
  if (world.rank() == Rank{0})
    writer.emplace(
        options.out,
        ForwardShape{
            .layers = s.layers, .heads = s.query_heads, .hidden = s.hidden, .vocabulary = s.vocabulary},
        identity_of(options, model, *engine, groups ? &*groups : nullptr),
        provenance_of(invocation.command_line, invocation.configuration), options.overwrite);
  const ForwardRequest request{
      .all_positions = !options.last_only, .hidden = options.hidden, .attention = options.attention};
  for (const Question& question : questions) {
    ForwardOutput output = engine->forward(question.tokens, intervention, request);
    if (writer) writer->add(record_of(question, std::move(output), options, model));
  }
  if (!writer) return;
  writer->finish();
  std::cout << fmt::format("{} prompts written: {}\n", questions.size(), options.out.string());
}

}  // namespace

ExitCode run_forward(const ForwardOptions& options, const Invocation& invocation) {
  const InputTrial trial{{options.groups}};
  // One prompt after the other, on one group: the others would only repeat it, and wait as long as it takes.
  constexpr double kYear = 365.0 * 86400.0;
  return in_world({.silence_limit = kYear}, [&](World& world) {
    trial.require_passed(world);
    const WorkerGroups groups = form_groups(world, {{.ranks = options.model.compute.tensor_parallel}},
                                            options.model.compute.group_on_node);
    const bool of_first_group = world.rank().value < options.model.compute.tensor_parallel;
    if (of_first_group)
      in_group(groups.own.get(), [&] { forward_in(world, groups.own.get(), options, invocation); });
    return ExitCode::ok;
  });
}

}  // namespace harsanyi
