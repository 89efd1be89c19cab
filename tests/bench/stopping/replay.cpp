#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/job/computed_values.hpp"
#include "orchestrator/job/layer_decisions.hpp"
#include "partition/base/error.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/game/summary.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "tests/bench/stopping/stopping_bench.hpp"

namespace harsanyi::bench {
namespace {

using Values = std::vector<double>;  // [samples, coalitions] of a layer

struct FullTable {
  GameShape shape;
  std::vector<SampleLabel> samples;
  std::vector<Values> layers;
  std::vector<Coalition> groups;  ///< [layers] of all samples
};

Coalition group_of(const Values& values, int players) {
  const auto summary = summarise_layer(values, players, Orientation::present, ZeroRule::none);
  return salient_group(summary.dividend_mean, SelectionRule::max_dividend).members;
}

// [samples] true where all layers have the sample.
std::vector<bool> common_samples(const DividendCube& cube) {
  const GameShape& shape = cube.description().plan.shape;
  std::vector<bool> common(static_cast<std::size_t>(shape.samples()), true);
  for (const LayerId layer : LayerRange{0, shape.layers}) {
    const auto computed = cube.computed_samples(layer);
    for (std::size_t sample = 0; sample < common.size(); ++sample)
      common[sample] = common[sample] && computed[sample];
  }
  return common;
}

// The samples of a pool that count.
int count_in(const SampleRange& pool, const std::vector<bool>& counts) {
  int count = 0;
  for (const SampleId sample : pool) count += counts[static_cast<std::size_t>(sample.index())] ? 1 : 0;
  return count;
}

FullTable read_table(const std::filesystem::path& file) {
  const DividendCube cube = DividendCube::open(file);
  const std::vector<bool> common = common_samples(cube);
  FullTable table{.shape = cube.description().plan.shape, .samples = {}, .layers = {}, .groups = {}};
  for (std::size_t sample = 0; sample < common.size(); ++sample)
    if (common[sample]) table.samples.push_back(cube.description().samples[sample]);
  std::int64_t first = 0;
  for (int& pool : table.shape.pools) {
    const SampleRange all{first, first + pool};
    first = all.last;
    pool = count_in(all, common);
    if (pool == 0)
      throw StorageError{fmt::format("{}: a benchmark has no sample in all layers", file.string())};
  }
  for (const LayerId layer : LayerRange{0, table.shape.layers}) {
    table.layers.push_back(computed_values(cube, layer, common));
    table.groups.push_back(group_of(table.layers.back(), table.shape.players));
  }
  return table;
}

// [samples] a random order that keeps every sample in its pool.
std::vector<std::int64_t> shuffled(const std::vector<int>& pools, std::mt19937_64& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(std::accumulate(pools.begin(), pools.end(), 0)));
  std::iota(order.begin(), order.end(), 0);
  auto first = order.begin();
  for (const int pool : pools) {
    std::shuffle(first, first + pool, random);
    first += pool;
  }
  return order;
}

Values reordered(const Values& values, const std::vector<std::int64_t>& order, std::int64_t coalitions) {
  Values result;
  result.reserve(values.size());
  for (const std::int64_t sample : order)
    result.insert(result.end(), values.begin() + sample * coalitions,
                  values.begin() + (sample + 1) * coalitions);
  return result;
}

// The group of the samples that are known after `round`.
Coalition group_after(const Values& values, const SweepJob& job, int round) {
  Values known;
  const std::int64_t coalitions = job.plan.shape.coalitions();
  for (std::size_t pool = 0; pool < job.rounds.pools(); ++pool) {
    const SampleRange samples = job.rounds.known(round, pool);
    known.insert(known.end(), values.begin() + samples.first * coalitions,
                 values.begin() + samples.last * coalitions);
  }
  return group_of(known, job.plan.shape.players);
}

struct Replay {
  std::vector<int> samples;  ///< [layers]
  int agreeing = 0;          ///< layers with the group of the full table
};

Replay replay_once(SweepJob& job, const FullTable& table, const std::vector<std::int64_t>& order) {
  job.samples.clear();
  for (const std::int64_t sample : order)
    job.samples.push_back(table.samples[static_cast<std::size_t>(sample)]);
  std::vector<Values> layers;
  for (const Values& values : table.layers)
    layers.push_back(reordered(values, order, table.shape.coalitions()));
  LayerDecisions decisions{job};
  Replay result{std::vector<int>(layers.size(), table.shape.samples()), 0};
  std::vector<Coalition> groups = table.groups;
  for (int round = 0; round + 1 < job.rounds.count(); ++round) {
    std::vector<bool> was_open;
    for (const LayerId layer : LayerRange{0, table.shape.layers})
      was_open.push_back(decisions.of(layer) == LayerProgress::open);
    decisions.look_after(round,
                         [&](LayerId layer) { return layers[static_cast<std::size_t>(layer.index())]; });
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      if (!was_open[layer] ||
          decisions.of(LayerId::from_index(static_cast<std::int64_t>(layer))) == LayerProgress::open)
        continue;
      result.samples[layer] = job.rounds.samples(round);
      groups[layer] = group_after(layers[layer], job, round);
    }
  }
  for (std::size_t layer = 0; layer < layers.size(); ++layer)
    result.agreeing += groups[layer] == table.groups[layer] ? 1 : 0;
  return result;
}

}  // namespace

void replay(const std::filesystem::path& file, const StoppingRule& stopping, int orders) {
  const FullTable table = read_table(file);
  SweepJob job;
  job.stopping = stopping;
  job.rounds = SampleRounds{table.shape.pools, stopping.first_samples, stopping.growth};
  job.plan.shape = table.shape;
  const auto cells = static_cast<double>(table.shape.layers) * table.shape.samples();
  const auto share = [&](const Replay& r) {
    return std::accumulate(r.samples.begin(), r.samples.end(), 0.0) / cells;
  };
  fmt::print("{}: {} layers, {} samples, {} players; confidence {}, indifference {}, rounds {}\n",
             file.string(), table.shape.layers, table.shape.samples(), table.shape.players,
             stopping.elimination.confidence, stopping.elimination.indifference,
             fmt::join(job.rounds.of_largest_pool(), " "));

  std::vector<std::int64_t> order(static_cast<std::size_t>(table.shape.samples()));
  std::iota(order.begin(), order.end(), 0);
  const Replay recorded = replay_once(job, table, order);
  fmt::print("recorded order: {:.1f} % of the values, {} of {} layers agree\n  samples: {}\n",
             100 * share(recorded), recorded.agreeing, table.shape.layers, fmt::join(recorded.samples, " "));

  std::mt19937_64 random{1};
  double shares = 0;
  double agreeing = 0;
  for (int i = 0; i < orders; ++i) {
    const Replay one = replay_once(job, table, shuffled(table.shape.pools, random));
    shares += share(one) / orders;
    agreeing += static_cast<double>(one.agreeing) / table.shape.layers / orders;
  }
  if (orders > 0)
    fmt::print("{} random orders: {:.1f} % of the values, {:.2f} % of the layers agree\n", orders,
               100 * shares, 100 * agreeing);
}

}  // namespace harsanyi::bench
