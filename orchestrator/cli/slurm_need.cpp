#include "orchestrator/cli/slurm_need.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "orchestrator/job/unit_memory.hpp"
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

/// @param memory  of the rank and unit that need most
Need need_of(const RankMemory& memory, std::span<const UnitCost> costs, int group_ranks) {
  Need need{.weights_bytes = memory.weights + memory.file,
            .unit_bytes = memory.working(),
            .units = static_cast<int>(costs.size()),
            .group_ranks = group_ranks};
  for (const UnitCost& cost : costs) need.flops += cost.flops;
  return need;
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
  const int group_ranks = sweep.model.compute.tensor_parallel;
  const int ranks = options.wish.nodes * std::max(1, options.wish.ranks_per_node);
  const UnitsFor units{.worker_groups = std::max(1, ranks / group_ranks),
                       .recorded = recorded_sharding(sweep.cube)};
  const SweepJob job = options.prompt_tokens > 0 ? assumed_sweep(sweep, options.prompt_tokens, units)
                                                 : prepare_sweep(sweep, units);
  return need_of(memory_of(job, usual_form(sweep.model.compute, job.model.folder), group_ranks), job.costs,
                 group_ranks);
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
  const MemoryForm form = usual_form(evaluate.compute, job.models.front().facts.folder);
  Need need = need_of(memory_of(job, 0, form), job.costs, job.models.front().ranks);
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
    most.group_ranks = need.group_ranks;
  }
  return most;
}

}  // namespace harsanyi
