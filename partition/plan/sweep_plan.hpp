#pragma once

#include <vector>

#include "partition/base/id.hpp"
#include "partition/game/coalition.hpp"
#include "partition/plan/sample_rounds.hpp"

namespace harsanyi {

/// The size of the value table value[layer, sample, coalition] of one model.
struct GameShape {
  int layers = 0;
  int players = 0;
  std::vector<int> pools;  ///< samples per benchmark; samples are numbered pool after pool

  [[nodiscard]] int samples() const noexcept;
  [[nodiscard]] std::int64_t coalitions() const noexcept { return coalition_count(players); }
};

/// @throws PlanError  for an empty direction or more players than a table can have
void require_playable(const GameShape& shape);

/// Largest extent of a unit in each direction. It may decide the composition of batches, and so bits.
struct Sharding {
  int layers = 0;
  int coalitions = 0;
  int samples = 0;
  friend bool operator==(const Sharding&, const Sharding&) = default;
};

struct SweepUnit {
  UnitId id;  ///< dense from 0
  LayerRange layers;
  CoalitionRange coalitions;  ///< by *present* bits
  SampleRange samples;        ///< never across two pools: a pool's prompts share their instruction

  [[nodiscard]] std::int64_t values() const noexcept {
    return layers.size() * coalitions.size() * samples.size();
  }
};

struct SweepPlan {
  GameShape shape;
  Sharding sharding;
  std::vector<SweepUnit> units;  ///< units[i].id == i
};

/// Every (layer, sample, coalition) of the table lies in exactly one unit. Order: samples outermost, then
/// layers, then coalitions, so that neighbours share a trunk. One pool of 5 samples, 2 layers, 2 players,
/// sharded by 1 layer, 4 coalitions, 3 samples, gives 4 units (layer, coalitions, samples):
/// (0, 0-3, 0-2) (1, 0-3, 0-2) (0, 0-3, 3-4) (1, 0-3, 3-4). A pool is cut into shards of nearly equal size.
/// @throws PlanError  for an empty direction, a shard size below 1, or more than 2^31 - 1 units.
[[nodiscard]] SweepPlan make_sweep_plan(const GameShape& shape, const Sharding& sharding);
/// The same for a sweep in rounds: a unit's samples are also of one round.
/// @param rounds  of `shape.pools`
[[nodiscard]] SweepPlan make_sweep_plan(const GameShape& shape, const Sharding& sharding,
                                        const SampleRounds& rounds);

}  // namespace harsanyi
