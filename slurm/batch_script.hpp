#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/named_enum.hpp"
#include "slurm/allocation.hpp"
#include "slurm/cluster.hpp"

namespace harsanyi {

/// The commands that jobs run, in their order.
enum class StudyStage { sweep, select, evaluate, report };

template <>
struct EnumNames<StudyStage> {
  static constexpr std::string_view kind = "stage";
  static constexpr std::array names{std::pair{StudyStage::sweep, std::string_view{"sweep"}},
                                    std::pair{StudyStage::select, std::string_view{"select"}},
                                    std::pair{StudyStage::evaluate, std::string_view{"evaluate"}},
                                    std::pair{StudyStage::report, std::string_view{"report"}}};
};

struct StudyModel {
  std::string name;              ///< of its folder of outputs
  std::filesystem::path folder;  ///< Hugging Face folder
};

/// Files of a study: for each model out/NAME/ with cube.h5, groups.h5 and results.h5; out/report/, out/logs/,
/// and the scripts in out/jobs/.
struct Study {
  std::vector<StudyModel> models;  ///< at least one; several make job arrays
  std::filesystem::path out;
  std::filesystem::path harsanyi;  ///< the program
};

struct BatchJob {
  StudyStage stage = StudyStage::sweep;
  std::filesystem::path config;  ///< of the stage's command; may be empty
  Allocation allocation;
};

[[nodiscard]] std::filesystem::path script_path(const Study& study, StudyStage stage);

/// Whether the jobs of this stage are an array over the models; the report is one job for all.
[[nodiscard]] bool is_array(const Study& study, StudyStage stage);

/// The script that sbatch takes. For `sweep` and `evaluate` it
/// - passes the signal before the time limit on to the ranks, which finish their units, and requeues the job;
///   units that take too long are dropped, to be computed after the requeue;
/// - also requeues where the ranks alone were stopped (exit code 75), as by preemption with a grace time, and
///   never a job that was cancelled;
/// - takes the completion mark in the file for success, never srun's exit code.
[[nodiscard]] std::string batch_script(const Cluster& cluster, const Study& study, const BatchJob& job);

}  // namespace harsanyi
