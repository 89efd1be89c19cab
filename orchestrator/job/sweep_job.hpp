#pragma once

#include <optional>
#include <string>
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
  std::string unit_reason;      ///< why its units have their extents
  std::vector<UnitCost> costs;  ///< [units]
  std::vector<bool> in_part;    ///< [units] computed by this run: all but of --only-layers, --only-samples
  Identity identity;            ///< without the weights and numerics, which `run_sweep` adds

  [[nodiscard]] std::vector<int> prompt_lengths() const;
  [[nodiscard]] std::vector<UnitTask> tasks() const;  ///< units of the same samples belong together
};

/// The values of one unit, [layers, samples, coalitions] row-major (GAC, Eq. 3; for kind f1 the F1 of the
/// text that the masked model generates, against the first right answer, spec gac.md section 3).
[[nodiscard]] std::vector<double> unit_values(Engine& engine, const SweepJob& job, const SweepUnit& unit);

/// What the extents of units follow, where the options leave them open: the cube that is continued, or else
/// the number of worker groups. The same on every rank.
struct UnitsFor {
  int worker_groups = 1;
  std::optional<Sharding> recorded;
};

/// The extents in a cube that a sweep would continue; nothing if there is no file yet.
/// @throws StorageError  as DividendCube::open
[[nodiscard]] std::optional<Sharding> recorded_sharding(const std::filesystem::path& cube);

/// @throws Error types naming file and remedy
[[nodiscard]] SweepJob prepare_sweep(const SweepOptions& options, const UnitsFor& units);

/// The same plan and costs for `options.samples` prompts of `prompt_tokens` >= 1 tokens per benchmark, the
/// first half of which they share: needs a model's config.json, but neither rows nor tokenizer. Not to be
/// run.
[[nodiscard]] SweepJob assumed_sweep(const SweepOptions& options, int prompt_tokens, const UnitsFor& units);

}  // namespace harsanyi
