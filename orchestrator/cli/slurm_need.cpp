#include "orchestrator/cli/slurm_need.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// The options of `command` as its job will read them.
template <class Options>
Options read_options(const std::string& command, const std::vector<std::string>& arguments) {
  Options options;
  OptionSet set{command};
  describe(set, options);
  (void)set.parse(arguments);
  check(options);
  return options;
}

double weights_bytes(const ModelFacts& model, ComputeType type) {
  const double bytes = type == ComputeType::float32 ? 4.0 : 2.0;
  return bytes * static_cast<double>(model.config.shape.parameters());
}

void add_units(Need& need, std::span<const UnitCost> costs) {
  need.units = static_cast<int>(costs.size());
  for (const UnitCost& cost : costs) {
    need.flops += cost.flops;
    need.unit_bytes = std::max(need.unit_bytes, cost.memory_bytes);
  }
}

Need sweep_need(const SlurmOptions& options, const StudyModel& model, const std::filesystem::path& out) {
  const auto sweep = read_options<SweepOptions>("sweep", {"--config", options.sweep.string(), "--model",
                                                          model.folder.string(), "--cube", out / "cube.h5"});
  if (sweep.computes_part())
    throw ConfigError{fmt::format(
        "{}: --only-layers and --only-samples make a part of a cube, and a study needs whole ones; "
        "submit the parts by scripts of their own and join them (harsanyi merge)",
        options.sweep.string())};
  // The ranks follow from this need, so only those asked for are known; operations hardly depend on them.
  const UnitsFor units{.worker_groups = options.wish.nodes * std::max(1, options.wish.ranks_per_node),
                       .recorded = recorded_sharding(sweep.cube)};
  const SweepJob job = options.prompt_tokens > 0 ? assumed_sweep(sweep, options.prompt_tokens, units)
                                                 : prepare_sweep(sweep, units);
  Need need{.weights_bytes = weights_bytes(job.model, sweep.model.compute.dtype)};
  add_units(need, job.costs);
  return need;
}

// The groups are not there yet; calibrated methods cost about what the unmodified model costs.
Need evaluation_need(const SlurmOptions& options, const StudyModel& model, const std::filesystem::path& out) {
  auto evaluate = read_options<EvaluateOptions>(
      "evaluate", {"--config", options.evaluate.string(), "--model", model.folder.string(), "--groups",
                   out / "groups.h5", "--results", out / "results.h5"});
  const auto methods = static_cast<int>(evaluate.methods.size());
  evaluate.methods = {EvaluationMethod::vanilla};
  evaluate.groups.clear();
  evaluate.layers_from.clear();
  const EvaluationJob job = prepare_evaluation(evaluate, methods_of(evaluate));
  Need need{.weights_bytes = weights_bytes(job.models.front().facts, evaluate.compute.dtype)};
  add_units(need, job.costs);
  need.flops *= methods;
  need.units *= methods;
  return need;
}

}  // namespace

Need need_of(const SlurmOptions& options, const Study& study, StudyStage stage) {
  Need most;
  if (stage != StudyStage::sweep && stage != StudyStage::evaluate) return most;
  for (const StudyModel& model : study.models) {
    const auto out = study.out / model.name;
    const Need need =
        stage == StudyStage::sweep ? sweep_need(options, model, out) : evaluation_need(options, model, out);
    most.flops = std::max(most.flops, need.flops);
    most.weights_bytes = std::max(most.weights_bytes, need.weights_bytes);
    most.unit_bytes = std::max(most.unit_bytes, need.unit_bytes);
    most.units = std::max(most.units, need.units);
  }
  return most;
}

}  // namespace harsanyi
