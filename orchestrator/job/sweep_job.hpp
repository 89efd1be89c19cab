#pragma once

#include <vector>

#include "orchestrator/config/sweep_options.hpp"
#include "orchestrator/job/generated_answers.hpp"
#include "orchestrator/job/model_facts.hpp"
#include "orchestrator/schedule/scheduler.hpp"
#include "partition/base/identity.hpp"
#include "partition/plan/cost.hpp"
#include "partition/plan/prompt.hpp"
#include "partition/plan/sweep_plan.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {

/// Rows of a benchmark that were too long for the model.
struct LongRowCount {
  std::string benchmark;
  int skipped = 0;
  int truncated = 0;
};

/// A sweep before it runs: the same on every rank, made from the options without a weight.
struct SweepJob {
  ModelFacts model;
  GameRules rules;
  std::vector<Prompt> prompts;       ///< [samples]
  GeneratedAnswers generated;        ///< of values kind f1; empty else
  std::vector<SampleLabel> samples;  ///< [samples]
  std::vector<LongRowCount> long_rows;
  StoppingRule stopping;
  SampleRounds rounds{{}};  ///< a single one where samples do not stop early
  SweepPlan plan;
  std::vector<UnitCost> costs;  ///< [units]
  Identity identity;            ///< without the weights and numerics, which `run_sweep` adds

  [[nodiscard]] std::vector<int> prompt_lengths() const;
  [[nodiscard]] std::vector<UnitTask> tasks() const;  ///< units of the same samples belong together
};

/// The values of one unit, [layers, samples, coalitions] row-major (GAC, Eq. 3; for kind f1 the F1 of the
/// text that the masked model generates, against the first right answer, spec gac.md section 3).
[[nodiscard]] std::vector<double> unit_values(Engine& engine, const SweepJob& job, const SweepUnit& unit);

/// Extents that `--unit-...  0` stands for: a function of the experiment alone, never of the machine.
/// Sixteen samples share a prompt prefix in a matrix of some hundred rows; a sixteenth of the layers and at
/// most 64 coalitions keep a unit at seconds to a minute. Where layers stop by themselves, a unit has one
/// layer.
[[nodiscard]] Sharding chosen_sharding(const SweepOptions& options, int layers, int players);

/// @throws Error types naming file and remedy
[[nodiscard]] SweepJob prepare_sweep(const SweepOptions& options);

/// The same plan and costs for `options.samples` prompts of `prompt_tokens` >= 1 tokens per benchmark, the
/// first half of which they share: needs a model's config.json, but neither rows nor tokenizer. Not to be
/// run.
[[nodiscard]] SweepJob assumed_sweep(const SweepOptions& options, int prompt_tokens);

}  // namespace harsanyi
