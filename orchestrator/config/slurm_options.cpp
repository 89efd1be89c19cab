#include "orchestrator/config/slurm_options.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void describe_resources(OptionSet& set, Cluster& cluster) {
  set.add({"partition", "NAME", "sbatch --partition"}, cluster.partition);
  set.add({"account", "NAME", "sbatch --account"}, cluster.account);
  set.add({"qos", "NAME", "sbatch --qos"}, cluster.qos);
  set.add({"cores-per-node", "N", "cores of a node, shared out among its ranks"}, cluster.cores_per_node,
          at_least(1));
  set.add({"memory-gb-per-node", "GB", "memory that a job may ask for on a node; 0: jobs ask for none"},
          cluster.memory_gb_per_node, at_least(0.0));
  set.add({"gpus-per-node", "N", "GPUs of a node, one for each rank; 0: cores alone"}, cluster.gpus_per_node,
          at_least(0));
  set.add({"gpu-type", "NAME", "as in --gres=gpu:NAME:1"}, cluster.gpu_type);
  set.add({"gpu-request", "HOW", "per_task: --gpus-per-task=1; gres: --gres=gpu:N and --gpu-bind=single:1"},
          cluster.gpu_request);
  set.add({"gflops-per-rank", "X", "speed of a rank, for the estimate of time; `doctor` measures it"},
          cluster.gflops_per_rank, at_least(1e-3));
  set.add({"longest-minutes", "N", "time limit that the site allows"}, cluster.longest_minutes, at_least(1));
}

void describe_habits(OptionSet& set, Cluster& cluster) {
  set.add(
      {"signal-seconds", "N",
       "how long before its time limit a job finishes its units and requeues itself; longer than the longest "
       "unit takes"},
      cluster.signal_seconds, at_least(10));
  set.add({"most-restarts", "N", "how often a job requeues itself"}, cluster.most_restarts, at_least(0));
  set.add({"mpi", "NAME", "srun --mpi"}, cluster.mpi);
  set.add({"cpu-bind", "HOW", "srun --cpu-bind"}, cluster.cpu_bind);
  set.add({"container", "COMMAND", "goes in front of harsanyi, as in apptainer exec --nv image.sif"},
          cluster.container);
  set.add({"setup", "LINE", "shell line before anything else, as in module load openmpi"}, cluster.setup);
  set.add({"sbatch", "OPTION", "further option of sbatch, as in --constraint=a100"}, cluster.sbatch);
}

void describe_cluster(OptionSet& set, Cluster& cluster) {
  describe_resources(set, cluster);
  describe_habits(set, cluster);
}

void read_cluster(const std::filesystem::path& file, Cluster& cluster) {
  if (file.empty()) return;
  OptionSet set{"slurm"};
  describe_cluster(set, cluster);
  const std::vector<std::string> arguments{"--config", file.string()};
  (void)set.parse(arguments);
}

void describe_study(OptionSet& set, SlurmOptions& options) {
  set.begin_group("Study");
  set.add({"model", "DIR", "Hugging Face folder; several make job arrays"}, options.models);
  set.require("model");
  set.add({"stage", "NAME", "jobs to write, each after the one before has succeeded"}, options.stages);
  set.add({"sweep", "FILE", "configuration file of `sweep`, without model and cube"}, options.sweep);
  set.add({"select", "FILE", "configuration file of `select`; may be left out"}, options.select);
  set.add({"evaluate", "FILE", "configuration file of `evaluate`, without model, groups and results"},
          options.evaluate);
  set.add({"report", "FILE", "configuration file of `report`; may be left out"}, options.report);
  set.add({"out", "DIR", "folder for each model's files, report, logs and scripts"}, options.out);
}

void describe_jobs(OptionSet& set, SlurmOptions& options) {
  set.begin_group("Jobs");
  set.add({"nodes", "N", "nodes of each job that computes"}, options.wish.nodes, at_least(1));
  set.add({"ranks-per-node", "N", "0: one per GPU, or per eight cores, as memory allows"},
          options.wish.ranks_per_node, at_least(0));
  set.add({"minutes", "N", "time limit of jobs that compute; 0: from the plan"}, options.wish.minutes,
          at_least(0));
  set.add(
      {"prompt-tokens", "N", "estimate the sweep for prompts of N tokens, as `plan` does; 0: read the rows"},
      options.prompt_tokens, at_least(0));
  set.add_switch("dry-run", "show the scripts, write nothing", options.dry_run);
  set.add_switch("overwrite",
                 "replace scripts that differ from those to be written, by hand or by other options",
                 options.overwrite);
  set.add_switch("submit", "also submit the jobs", options.submit);
}

void check_models(const SlurmOptions& options) {
  std::set<std::string> names;
  for (const std::filesystem::path& model : options.models)
    if (const auto name = name_of_model(model); name.empty() || !names.insert(name).second)
      throw ConfigError{
          fmt::format("--model {}: its outputs go to a folder of the same name, so it needs a name that no "
                      "other model has",
                      model.string())};
}

void check_stages(const SlurmOptions& options) {
  if (options.stages.empty()) throw ConfigError{"--stage: no stage is left to run"};
  if (std::adjacent_find(options.stages.begin(), options.stages.end(), std::greater_equal<>{}) !=
      options.stages.end())
    throw ConfigError{"--stage: give each once, in the order " + all_names<StudyStage>()};
  for (const StudyStage stage : {StudyStage::sweep, StudyStage::evaluate})
    if (std::count(options.stages.begin(), options.stages.end(), stage) > 0 &&
        options.config_of(stage).empty())
      throw ConfigError{
          fmt::format("stage {0} needs --{0} FILE, its configuration (harsanyi {0} ... --print-config > "
                      "FILE); or leave the stage out with --stage",
                      name_of(stage))};
}

}  // namespace

std::string name_of_model(const std::filesystem::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

const std::filesystem::path& SlurmOptions::config_of(StudyStage stage) const {
  switch (stage) {
    case StudyStage::sweep:
      return sweep;
    case StudyStage::select:
      return select;
    case StudyStage::evaluate:
      return evaluate;
    case StudyStage::report:
      break;
  }
  return report;
}

void describe(OptionSet& set, SlurmOptions& options) {
  describe_study(set, options);
  describe_jobs(set, options);
  set.begin_group("Site");
  set.add_preset<std::filesystem::path>(
      {"cluster", "FILE", "settings of the site (configs/clusters): gives the options below their values"},
      options.cluster_file,
      [&options](const std::filesystem::path& file) { read_cluster(file, options.cluster); });
  describe_cluster(set, options.cluster);
}

void check(const SlurmOptions& options) {
  check_models(options);
  check_stages(options);
  if (options.dry_run && options.submit) throw ConfigError{"--dry-run and --submit exclude each other"};
}

}  // namespace harsanyi
