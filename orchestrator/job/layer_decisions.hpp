#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "orchestrator/job/sweep_job.hpp"

namespace harsanyi {

/// Where a layer of a sweep in rounds stands.
enum class LayerProgress {
  open,     ///< gets the next round's samples
  decided,  ///< its arg-max is: later rounds are not needed
  stuck,    ///< values of a round are missing (set aside): nothing can be decided in this run
};

/// Which layers need the samples of which round, and of which coalitions: those that the candidates left by
/// the looks so far depend on. A function of the recorded values alone, so the same for any number of ranks
/// and after any interruption.
class LayerDecisions {
 public:
  using LayerValues = std::function<std::vector<double>(LayerId)>;  ///< [samples, coalitions], NaN if missing

  explicit LayerDecisions(const SweepJob& job);

  /// Looks at every open layer once all that can be computed of `round` is; called for each round but the
  /// last, in order.
  /// @throws GameError  as arg_max_is_decided
  void look_after(int round, const LayerValues& values);

  [[nodiscard]] LayerProgress of(LayerId layer) const;
  [[nodiscard]] bool any_open() const;
  /// Units that the open layers need in `round`, as [units] flags.
  [[nodiscard]] std::vector<bool> wanted_in(int round) const;
  /// Units that no look so far leaves a need for.
  [[nodiscard]] std::vector<UnitId> not_needed() const;

 private:
  struct Layer {
    LayerProgress progress = LayerProgress::open;
    /// [looks + 1, coalitions] values needed in round after round; the last also in all rounds to come.
    std::vector<std::vector<bool>> needed;
  };
  [[nodiscard]] static const std::vector<bool>& needed_in(const Layer& layer, int round);
  [[nodiscard]] bool needs(LayerId layer, const SweepUnit& unit) const;
  void look_at(Layer& layer, int round, const std::vector<double>& values) const;

  const SweepJob& job_;
  std::vector<int> round_of_unit_;             ///< [units]
  std::vector<int> kind_of_sample_;            ///< [samples] of `Look`; empty in a job without labels
  std::vector<std::int64_t> samples_of_kind_;  ///< [kinds]
  std::vector<Layer> layers_;
};

}  // namespace harsanyi
