#include "partition/plan/sweep_plan.hpp"

#include <limits>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/plan/shards.hpp"

namespace harsanyi {
namespace {

constexpr std::int64_t kMaxIds = std::numeric_limits<std::int32_t>::max();

void require_at_least_one(std::string_view what, std::int64_t value) {
  if (value < 1) throw PlanError{fmt::format("{} is {}, and must be at least 1", what, value)};
}

void require_possible(const Sharding& sharding) {
  require_at_least_one("layers per unit (sharding)", sharding.layers);
  require_at_least_one("coalitions per unit (sharding)", sharding.coalitions);
  require_at_least_one("samples per unit (sharding)", sharding.samples);
}

// The parts of a pool that a round adds, cut to the sharding.
std::vector<SampleRange> sample_shards(const SampleRounds& rounds, std::size_t pool, int limit) {
  std::vector<SampleRange> shards;
  for (int round = 0; round < rounds.count(); ++round)
    if (const SampleRange added = rounds.added(round, pool); !added.empty())
      for (const SampleRange& shard : cut(added, limit)) shards.push_back(shard);
  return shards;
}

/// Refuses plans whose samples or units outgrow a 32-bit id, before anything is allocated for them.
void require_countable(const GameShape& shape, const Sharding& sharding, int rounds) {
  const std::int64_t per_shard =
      shard_count(shape.layers, sharding.layers) * shard_count(shape.coalitions(), sharding.coalitions);
  std::int64_t samples = 0;
  std::int64_t shards = 0;
  for (const int pool : shape.pools) {
    samples += pool;
    shards += shard_count(pool, sharding.samples) + rounds - 1;
    if (samples > kMaxIds) throw PlanError{fmt::format("more than {} samples in one sweep", kMaxIds)};
    if (shards > kMaxIds / per_shard)
      throw PlanError{
          fmt::format("the sharding cuts the sweep into more than {} units; raise layers, coalitions "
                      "or samples per unit",
                      kMaxIds)};
  }
}

}  // namespace

void require_playable(const GameShape& shape) {
  require_at_least_one("the number of layers", shape.layers);
  require_at_least_one("the number of players", shape.players);
  if (shape.players > kMaxPlayers)
    throw PlanError{
        fmt::format("{} players need a table of 2^{} coalitions; at most {} players are supported",
                    shape.players, shape.players, kMaxPlayers)};
  require_at_least_one("the number of benchmarks with calibration samples",
                       static_cast<std::int64_t>(shape.pools.size()));
  for (std::size_t pool = 0; pool < shape.pools.size(); ++pool)
    require_at_least_one(fmt::format("the number of samples of benchmark {}", pool), shape.pools[pool]);
}

int GameShape::samples() const noexcept {
  return std::accumulate(pools.begin(), pools.end(), 0);
}

SweepPlan make_sweep_plan(const GameShape& shape, const Sharding& sharding) {
  return make_sweep_plan(shape, sharding, SampleRounds{shape.pools});
}

SweepPlan make_sweep_plan(const GameShape& shape, const Sharding& sharding, const SampleRounds& rounds) {
  require_playable(shape);
  require_possible(sharding);
  require_countable(shape, sharding, rounds.count());
  const auto layer_shards = cut(LayerRange{0, shape.layers}, sharding.layers);
  const auto coalition_shards = cut(CoalitionRange{0, shape.coalitions()}, sharding.coalitions);

  SweepPlan plan{.shape = shape, .sharding = sharding, .units = {}};
  for (std::size_t pool = 0; pool < shape.pools.size(); ++pool)
    for (const SampleRange& samples : sample_shards(rounds, pool, sharding.samples))
      for (const LayerRange& layers : layer_shards)
        for (const CoalitionRange& coalitions : coalition_shards)
          plan.units.push_back({.id = UnitId::from_index(static_cast<std::int64_t>(plan.units.size())),
                                .layers = layers,
                                .coalitions = coalitions,
                                .samples = samples});
  return plan;
}

}  // namespace harsanyi
