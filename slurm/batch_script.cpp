#include "slurm/batch_script.hpp"

#include <cmath>

#include <fmt/format.h>

#include "partition/base/shell_text.hpp"

namespace harsanyi {
namespace {

bool computes(StudyStage stage) {
  return stage == StudyStage::sweep || stage == StudyStage::evaluate;
}

// ---- what sbatch reads

void add_option(std::string& text, std::string_view option, const std::string& value) {
  if (!value.empty()) text += fmt::format("#SBATCH --{}={}\n", option, value);
}

std::string time_text(int minutes) {
  return fmt::format("{}-{:02}:{:02}:00", minutes / 1440, minutes % 1440 / 60, minutes % 60);
}

std::string gpu_option(const Cluster& cluster, int gpus) {
  const std::string type = cluster.gpu_type.empty() ? "" : cluster.gpu_type + ":";
  if (cluster.gpu_request == GpuRequest::gres) return fmt::format("#SBATCH --gres=gpu:{}{}\n", type, gpus);
  return fmt::format("#SBATCH --gpus-per-task={}1\n", type);
}

std::string resource_options(const Cluster& cluster, const Allocation& allocation) {
  std::string text;
  add_option(text, "partition", cluster.partition);
  add_option(text, "account", cluster.account);
  add_option(text, "qos", cluster.qos);
  text += fmt::format("#SBATCH --nodes={}\n#SBATCH --ntasks-per-node={}\n#SBATCH --cpus-per-task={}\n",
                      allocation.nodes, allocation.ranks_per_node, allocation.cores_per_rank);
  if (allocation.gpus_per_node > 0) text += gpu_option(cluster, allocation.gpus_per_node);
  if (allocation.memory_bytes > 0.0)
    text += fmt::format("#SBATCH --mem={:.0f}M\n", std::ceil(allocation.memory_bytes / (1024.0 * 1024.0)));
  add_option(text, "time", time_text(allocation.minutes));
  for (const std::string& option : cluster.sbatch) text += fmt::format("#SBATCH {}\n", option);
  return text;
}

std::string options_of(const Cluster& cluster, const Study& study, const BatchJob& job) {
  const bool array = is_array(study, job.stage);
  std::string text = "#!/bin/bash\n";
  add_option(text, "job-name", fmt::format("harsanyi-{}", name_of(job.stage)));
  text += resource_options(cluster, job.allocation);
  if (array) add_option(text, "array", fmt::format("0-{}", study.models.size() - 1));
  if (computes(job.stage)) add_option(text, "signal", fmt::format("B:USR1@{}", cluster.signal_seconds));
  text += "#SBATCH --requeue\n#SBATCH --open-mode=append\n";
  add_option(
      text, "output",
      (study.out / "logs" / fmt::format("{}_{}.log", name_of(job.stage), array ? "%A_%a" : "%j")).string());
  return text;
}

// ---- what the shell runs

std::string words_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += shell_quoted(word);
  }
  return text;
}

std::string setup_lines(const Cluster& cluster, const Study& study) {
  std::string text = "\nset -u\n";
  for (const std::string& line : cluster.setup) text += line + '\n';
  return text + fmt::format("harsanyi=({}{})\n", cluster.container.empty() ? "" : cluster.container + " ",
                            shell_quoted(study.harsanyi.string()));
}

std::string outputs_lines(const Study& study) {
  std::vector<std::string> folders;
  for (const StudyModel& model : study.models) folders.push_back((study.out / model.name).string());
  return fmt::format("outputs=({})\nout=${{outputs[${{SLURM_ARRAY_TASK_ID:-0}}]}}\n", words_of(folders));
}

std::string models_lines(const Study& study) {
  std::vector<std::string> folders;
  for (const StudyModel& model : study.models) folders.push_back(model.folder.string());
  return fmt::format("models=({})\nmodel=${{models[${{SLURM_ARRAY_TASK_ID:-0}}]}}\n", words_of(folders));
}

std::string config_words(const BatchJob& job) {
  return job.config.empty() ? "" : " --config " + shell_quoted(job.config.string());
}

std::string srun_words(const Cluster& cluster, const Allocation& allocation) {
  std::string words = "srun";
  if (!cluster.mpi.empty()) words += " --mpi=" + cluster.mpi;
  words += fmt::format(" --cpus-per-task={}", allocation.cores_per_rank);
  if (!cluster.cpu_bind.empty()) words += " --cpu-bind=" + cluster.cpu_bind;
  if (allocation.gpus_per_node > 0 && cluster.gpu_request == GpuRequest::gres)
    words += " --gpu-bind=single:1";
  return words;
}

// scontrol requeue ends the job: it is asked for last. Whether the job was cancelled is known to the
// controller before any process hears of it.
constexpr const char* kSignals = R"sh(
requeue() {
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "$most_restarts" ]; then
    echo "harsanyi job: restarted $most_restarts times and still not complete; look at $record" >&2
  elif [ "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)" = RUNNING ]; then
    echo "harsanyi job: $record is not complete yet; requeued, to go on" >&2
    scontrol requeue "$SLURM_JOB_ID"
  fi
}

near_limit=no
srun=
on_limit() {
  near_limit=yes
  kill -USR1 "$srun" 2>/dev/null # srun passes it on: the ranks finish the units in flight
  { sleep "$drop_after" && requeue; } & # units that take longer are computed after the requeue
}
trap on_limit USR1 # from Slurm, some time before the time limit
trap : TERM # scancel, requeue, preemption: the ranks get it too, and this shell stays until they are through

)sh";

constexpr const char* kEnding = R"sh(srun=$!
leave_when_complete() { # srun waits without end for tasks whose step daemon died while MPI was ending
  until grep -q '"state": *"complete"' "$record.status.json" 2>/dev/null; do
    sleep 30
    kill -0 "$srun" 2>/dev/null || return
  done
  sleep 60
  kill -KILL "$srun" 2>/dev/null
}
leave_when_complete &
wait "$srun"
code=$?
while kill -0 "$srun" 2>/dev/null; do # a trap ends `wait` before srun ends
  wait "$srun"
  code=$?
done

# srun's exit code may be 0 after ranks were killed: the completion mark in the file decides.
"${harsanyi[@]}" inspect "$record" --require-complete >/dev/null && exit 0
if [ "$near_limit" = yes ] || [ "$code" = 75 ]; then requeue; fi
[ "$code" != 0 ] || code=5
exit "$code"
)sh";

std::string command_of(const BatchJob& job) {
  const std::string config = config_words(job);
  if (job.stage == StudyStage::sweep) return "sweep" + config + R"( --model "$model" --cube "$record")";
  return "evaluate" + config + R"( --model "$model" --groups "$out/groups.h5" --results "$record")";
}

std::string computing_body(const Cluster& cluster, const Study& study, const BatchJob& job) {
  return models_lines(study) + outputs_lines(study) +
         fmt::format(
             "mkdir -p \"$out\" || exit 4\nrecord=$out/{}\nmost_restarts={}\ndrop_after={} # seconds\n",
             job.stage == StudyStage::sweep ? "cube.h5" : "results.h5", cluster.most_restarts,
             cluster.signal_seconds * 4 / 5) +
         kSignals +
         fmt::format("{} \"${{harsanyi[@]}}\" {} &\n", srun_words(cluster, job.allocation), command_of(job)) +
         kEnding;
}

std::string report_words(const Study& study) {
  std::vector<std::string> words;
  for (const StudyModel& model : study.models)
    for (const auto& [option, file] :
         {std::pair{"--cube", "cube.h5"}, {"--groups", "groups.h5"}, {"--results", "results.h5"}}) {
      words.emplace_back(option);
      words.push_back((study.out / model.name / file).string());
    }
  words.emplace_back("--out");
  words.push_back((study.out / "report").string());
  return words_of(words);
}

std::string body_of(const Cluster& cluster, const Study& study, const BatchJob& job) {
  switch (job.stage) {
    case StudyStage::sweep:
    case StudyStage::evaluate:
      return computing_body(cluster, study, job);
    case StudyStage::select:
      return outputs_lines(study) +
             fmt::format(
                 "\n\"${{harsanyi[@]}}\" select{} --cube \"$out/cube.h5\" --groups \"$out/groups.h5\" "
                 "--overwrite\n",
                 config_words(job));
    case StudyStage::report:
      break;
  }
  return fmt::format("\n\"${{harsanyi[@]}}\" report{} {} --overwrite\n", config_words(job),
                     report_words(study));
}

}  // namespace

std::filesystem::path script_path(const Study& study, StudyStage stage) {
  return study.out / "jobs" / fmt::format("{}.sh", name_of(stage));
}

bool is_array(const Study& study, StudyStage stage) {
  return study.models.size() > 1 && stage != StudyStage::report;
}

std::string batch_script(const Cluster& cluster, const Study& study, const BatchJob& job) {
  return options_of(cluster, study, job) + setup_lines(cluster, study) + body_of(cluster, study, job);
}

}  // namespace harsanyi
