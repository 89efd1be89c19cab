#include "partition/plan/unit_size.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/plan/shards.hpp"

namespace harsanyi {
namespace {

constexpr int kLayerShards = 16;
constexpr int kMostCoalitions = 64;
constexpr int kFewestCoalitions = 4;
/// Where coalitions drop out one by one.
constexpr int kCoalitionShardsOfElimination = 128;
constexpr int kSamples = 16;

int half(int extent) {
  return (extent + 1) / 2;
}

/// Units that can be computed at the same time: those of the first round of samples.
std::int64_t units_at_once(const GameShape& shape, const SampleRounds& rounds, const Sharding& sharding) {
  std::int64_t sample_shards = 0;
  for (std::size_t pool = 0; pool < rounds.pools(); ++pool)
    if (const SampleRange added = rounds.added(0, pool); !added.empty())
      sample_shards += shard_count(added.size(), sharding.samples);
  return sample_shards * shard_count(shape.layers, sharding.layers) *
         shard_count(shape.coalitions(), sharding.coalitions);
}

/// The extents named, and 0 where none is.
Sharding named(const UnitSizeRequest& request) {
  const Sharding recorded = request.recorded.value_or(Sharding{});
  const auto first = [](int given, int other) { return given > 0 ? given : other; };
  return {.layers = first(request.given.layers, recorded.layers),
          .coalitions = first(request.given.coalitions, recorded.coalitions),
          .samples = first(request.given.samples, recorded.samples)};
}

/// Where many units are not needed.
Sharding at_most(const GameShape& shape, const Sharding& fixed, bool layers_stop_alone) {
  Sharding sharding = fixed;
  if (sharding.layers == 0)
    sharding.layers = layers_stop_alone ? 1 : static_cast<int>(shard_count(shape.layers, kLayerShards));
  if (sharding.coalitions == 0)
    sharding.coalitions =
        layers_stop_alone ? static_cast<int>(shard_count(shape.coalitions(), kCoalitionShardsOfElimination))
                          : static_cast<int>(std::min<std::int64_t>(kMostCoalitions, shape.coalitions()));
  if (sharding.samples == 0) sharding.samples = kSamples;
  return sharding;
}

std::string reason_of(const UnitSizeRequest& request, const Sharding& fixed, std::int64_t units) {
  if (request.recorded) return "as the cube has them";
  if (fixed.layers > 0 && fixed.coalitions > 0 && fixed.samples > 0) return "as given";
  const double per_group = static_cast<double>(units) / request.worker_groups;
  std::string reason =
      fmt::format("chosen for {} worker group{}: {:.{}f} units each", request.worker_groups,
                  request.worker_groups == 1 ? "" : "s", per_group, per_group < 10.0 ? 1 : 0);
  if (units < kUnitsPerGroup * request.worker_groups)
    reason += fmt::format(", and {} would keep all busy to the end", kUnitsPerGroup);
  return reason;
}

}  // namespace

UnitSize choose_unit_size(const GameShape& shape, const SampleRounds& rounds,
                          const UnitSizeRequest& request) {
  if (request.worker_groups < 1)
    throw PlanError{fmt::format("units cannot be chosen for {} worker groups", request.worker_groups)};
  require_playable(shape);
  const Sharding fixed = named(request);
  Sharding sharding = at_most(shape, fixed, request.layers_stop_alone);
  const auto units = [&] { return units_at_once(shape, rounds, sharding); };
  const auto too_few = [&] { return units() < kUnitsPerGroup * request.worker_groups; };
  if (fixed.layers == 0)
    while (sharding.layers > 1 && too_few()) sharding.layers = half(sharding.layers);
  if (fixed.coalitions == 0)
    while (sharding.coalitions > kFewestCoalitions && too_few())
      sharding.coalitions = std::max(kFewestCoalitions, half(sharding.coalitions));
  return {.sharding = sharding, .reason = reason_of(request, fixed, units())};
}

}  // namespace harsanyi
