#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/cli/command.hpp"
#include "orchestrator/config/sweep_options.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "orchestrator/job/unchanged_files.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/worker_groups.hpp"
#include "orchestrator/run/world.hpp"
#include "storage/cube/dividend_cube.hpp"

namespace harsanyi {

/// What `sweep` and `repair` have in common.
class SweepRunner {
 public:
  /// Collective: makes the plan, without a weight.
  /// @throws Error types on all ranks  as prepare_sweep, recorded_sharding
  SweepRunner(World& world, const SweepOptions& options, const Invocation& invocation);

  [[nodiscard]] const SweepJob& job() const noexcept { return *job_; }

  struct Run {
    RunOutcome outcome;
    std::optional<DividendCube> cube;  ///< on rank 0
  };

  /// Collective. Computes the units of the part that the cube lacks; the cube is complete once none is open.
  /// @param again  of a cube that exists: units whose marks are taken back first, with the mark of completion
  /// @throws Error types on all ranks  as `run_units`, DividendCube and the engine do
  [[nodiscard]] Run run(const std::optional<std::vector<UnitId>>& again = std::nullopt);

 private:
  [[nodiscard]] bool leads() const { return world_.rank() == Rank{0}; }
  /// `at`: a damaged message may name any unit.
  [[nodiscard]] const SweepUnit& unit_of(UnitId unit) const {
    return job_->plan.units.at(static_cast<std::size_t>(unit.index()));
  }
  /// Collective: hashes the weights, loads them, and adds what they compute with to the identity.
  void load();
  [[nodiscard]] DividendCube open(const std::optional<std::vector<UnitId>>& again) const;

  World& world_;
  const SweepOptions& options_;
  const Invocation& invocation_;
  std::optional<SweepJob> job_;
  std::string weights_digest_;  ///< on rank 0
  WorkerGroups groups_;
  std::unique_ptr<Engine> engine_;
  UnchangedFiles weights_;
};

}  // namespace harsanyi
