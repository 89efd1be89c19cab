#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/cli/command.hpp"
#include "orchestrator/config/model_options.hpp"
#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/unchanged_files.hpp"
#include "orchestrator/run/run_outcome.hpp"
#include "orchestrator/run/worker_groups.hpp"
#include "orchestrator/run/world.hpp"
#include "storage/results/results_file.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {

/// Runs evaluations one after the other into their results files; keeps the last model and the weights'
/// hashes from one to the next.
class EvaluationRunner {
 public:
  struct Settings {
    ComputeOptions compute;
    int attempts = 3;
    bool verify = false;         ///< compare the models' files with their SHA-256
    double unit_deadline = 0.0;  ///< as RunOptions::unit_deadline
    std::string title = "evaluate";
  };

  EvaluationRunner(World& world, const Invocation& invocation, Settings settings)
      : world_{world}, invocation_{invocation}, settings_{std::move(settings)} {}

  struct Run {
    RunOutcome outcome;
    std::optional<ResultsFile> results;  ///< on rank 0
  };

  /// Collective. The first job decides the worker groups. Continues `file` where it is of this experiment;
  /// marks it complete once all units are done.
  /// @param again  of a file that exists: units whose marks are taken back first, with the mark of completion
  /// @throws Error types on all ranks  as `run_units`, ResultsFile and the engine do
  [[nodiscard]] Run run(const EvaluationJob& job, const std::filesystem::path& file,
                        const std::optional<std::vector<UnitId>>& again = std::nullopt);

 private:
  void form_groups_for(const EvaluationJob& job);
  [[nodiscard]] Engine& engine_of(const EvaluatedModel& model);
  [[nodiscard]] Identity with_weights(Identity identity, const EvaluationJob& job);
  [[nodiscard]] ResultsFile open(const EvaluationJob& job, Identity identity,
                                 const std::filesystem::path& file,
                                 const std::optional<std::vector<UnitId>>& again);

  World& world_;
  const Invocation& invocation_;
  Settings settings_;
  std::optional<WorkerGroups> groups_;
  std::unique_ptr<Engine> engine_;
  std::filesystem::path engine_folder_;
  std::map<std::filesystem::path, std::string> weights_digests_;  ///< by model folder; rank 0
  std::map<std::filesystem::path, UnchangedFiles> weights_;       ///< by model folder
};

}  // namespace harsanyi
