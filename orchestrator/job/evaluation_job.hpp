#pragma once

#include <string>
#include <vector>

#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/job/generated_answers.hpp"
#include "orchestrator/job/model_facts.hpp"
#include "orchestrator/schedule/scheduler.hpp"
#include "partition/base/identity.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/plan/cost.hpp"
#include "partition/plan/evaluation_plan.hpp"
#include "partition/plan/prompt.hpp"
#include "storage/results/results_file.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {

/// What one method of an evaluation does.
struct MethodPlan {
  std::string name;  ///< unique; what tables show
  EvaluationMethod method = EvaluationMethod::vanilla;
  std::vector<LayerList> layers;  ///< [models] in which heads are calibrated
};

/// The methods that `options` name. Layers that were chosen by the scored rows are named so.
/// @throws Error types  for a --layers-from file that cannot be read or does not fit
[[nodiscard]] std::vector<MethodPlan> methods_of(const EvaluateOptions& options);

/// One model of an evaluation and what each method does to it.
struct EvaluatedModel {
  ModelFacts facts;
  std::optional<SalientGroups> groups;                ///< where --method gac is asked for
  std::vector<std::optional<Calibration>> of_method;  ///< [methods] nothing: the unmodified model
  std::vector<std::int32_t> end_tokens;  ///< of generated answers; empty where none are asked for
  int ranks = 1;                         ///< that hold one copy together
};

/// An evaluation before it runs: the same on every rank, made from the options without a weight.
struct EvaluationJob {
  std::vector<EvaluatedModel> models;
  std::vector<std::string> methods;
  std::vector<ResultsTable> tables;          ///< (model, benchmark), models outermost
  std::vector<std::vector<Prompt>> prompts;  ///< [tables][items]
  std::vector<GeneratedAnswers> generated;   ///< [tables] of question answering; empty for others
  EvaluationPlan plan;
  std::vector<UnitCost> costs;  ///< [units]
  Identity identity;            ///< without the weights and numerics, which `run_evaluate` adds

  [[nodiscard]] std::vector<UnitTask> tasks() const;  ///< units of one model belong together
  /// Whether models are held by different numbers of ranks.
  [[nodiscard]] bool has_several_sizes() const;
  [[nodiscard]] const EvaluatedModel& model_of(const EvaluationUnit& unit) const;
  [[nodiscard]] std::span<const Prompt> prompts_of(const EvaluationUnit& unit) const;
};

/// The values of one unit, [items, values_per_item] as `AnswerKind` lists them.
/// @param engine  of the unit's model
[[nodiscard]] std::vector<double> unit_answers(Engine& engine, const EvaluationJob& job,
                                               const EvaluationUnit& unit);

/// @param part  which rows stand in the tables' scored part
/// @throws Error types naming file and remedy; ConfigError if two models have one name
[[nodiscard]] EvaluationJob prepare_evaluation(const EvaluateOptions& options,
                                               const std::vector<MethodPlan>& methods,
                                               ScoredPart part = ScoredPart::scored);

}  // namespace harsanyi
