#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "orchestrator/job/sweep_job.hpp"
#include "partition/game/layer_search.hpp"

namespace harsanyi {

/// Where a layer of a sweep in rounds stands.
enum class LayerProgress {
  open,     ///< is looked at again once what it wants is known
  decided,  ///< its arg-max is: nothing more is needed
  stuck,    ///< values that it wants are missing (set aside): nothing can be decided in this run
};

/// Which units the layers' searches (partition/game/layer_search.hpp) want. A function of the recorded values
/// alone, so the same for any number of ranks and after any interruption.
class LayerDecisions {
 public:
  using LayerValues = std::function<std::vector<double>(LayerId)>;  ///< [samples, coalitions], NaN if missing

  explicit LayerDecisions(const SweepJob& job);

  /// Looks at every open layer; called once all that can be computed of what is wanted is.
  /// @throws GameError  as look_at_candidates
  void look(const LayerValues& values);

  [[nodiscard]] LayerProgress of(LayerId layer) const;
  [[nodiscard]] bool any_open() const;
  /// Units that the open layers want, those of earlier looks among them, as [units] flags.
  [[nodiscard]] std::vector<bool> wanted() const;
  /// Units that no layer will want any more.
  [[nodiscard]] std::vector<UnitId> not_needed() const;

 private:
  struct Layer {
    LayerSearch search;
    LayerProgress progress = LayerProgress::open;
  };
  [[nodiscard]] bool wants(LayerId layer, const SweepUnit& unit) const;
  void look_at(Layer& layer, const std::vector<double>& values) const;

  const SweepJob& job_;
  std::vector<int> round_of_unit_;             ///< [units]
  std::vector<int> kind_of_sample_;            ///< [samples] of `Look`; empty in a job without labels
  std::vector<std::int64_t> samples_of_kind_;  ///< [kinds]
  std::vector<Layer> layers_;
};

}  // namespace harsanyi
