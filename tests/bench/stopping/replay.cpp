#include <algorithm>
#include <cmath>
#include <limits>
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
#include "partition/plan/unit_size.hpp"
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

// Of the samples that have any value.
Coalition group_of(const Values& values, int players) {
  const auto coalitions = static_cast<std::ptrdiff_t>(coalition_count(players));
  Values known;
  for (auto row = values.begin(); row != values.end(); row += coalitions)
    if (std::any_of(row, row + coalitions, [](double value) { return !std::isnan(value); }))
      known.insert(known.end(), row, row + coalitions);
  const auto summary =
      summarise_layer(known, players, Orientation::present, ZeroRule::none, ValueScale::measured, Gaps::kept);
  return salient_group(summary.dividend_mean, SelectionRule::max_dividend, Gaps::kept).members;
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

void compute(const SweepUnit& unit, const Values& full, std::int64_t coalitions, Values& known) {
  for (const SampleId sample : unit.samples)
    for (const Coalition coalition : unit.coalitions) {
      const auto i = static_cast<std::size_t>(sample.index() * coalitions + coalition.index());
      known[i] = full[i];
    }
}

struct Replay {
  std::vector<std::int64_t> values;  ///< [layers] computed
  int agreeing = 0;                  ///< layers with the group of the full table
};

Replay replay_once(SweepJob& job, const FullTable& table, const std::vector<std::int64_t>& order) {
  const std::int64_t coalitions = table.shape.coalitions();
  job.samples.clear();
  for (const std::int64_t sample : order)
    job.samples.push_back(table.samples[static_cast<std::size_t>(sample)]);
  std::vector<Values> full;
  for (const Values& values : table.layers) full.push_back(reordered(values, order, coalitions));
  std::vector<Values> known;
  for (const Values& values : full)
    known.emplace_back(values.size(), std::numeric_limits<double>::quiet_NaN());

  LayerDecisions decisions{job};
  Replay result{std::vector<std::int64_t>(full.size()), 0};
  std::vector<bool> done(job.plan.units.size());
  while (decisions.any_open()) {
    const std::vector<bool> wanted = decisions.wanted();
    for (const SweepUnit& unit : job.plan.units) {
      const auto id = static_cast<std::size_t>(unit.id.index());
      if (!wanted[id] || done[id]) continue;
      done[id] = true;
      const auto layer = static_cast<std::size_t>(unit.layers.first);
      compute(unit, full[layer], coalitions, known[layer]);
      result.values[layer] += unit.values();
    }
    decisions.look([&](LayerId layer) { return known[static_cast<std::size_t>(layer.index())]; });
  }
  for (std::size_t layer = 0; layer < full.size(); ++layer)
    result.agreeing += group_of(known[layer], table.shape.players) == table.groups[layer] ? 1 : 0;
  return result;
}

}  // namespace

void replay(const std::filesystem::path& file, const StoppingRule& stopping, int orders) {
  const FullTable table = read_table(file);
  SweepJob job;
  job.stopping = stopping;
  job.rounds = SampleRounds{table.shape.pools, stopping.first_samples, stopping.growth};
  job.plan = make_sweep_plan(table.shape,
                             choose_unit_size(table.shape, job.rounds, {.layers_stop_alone = true}).sharding,
                             job.rounds);
  const auto cells = static_cast<double>(table.shape.layers) * table.shape.samples() *
                     static_cast<double>(table.shape.coalitions());
  const auto share = [&](const Replay& r) {
    return static_cast<double>(std::accumulate(r.values.begin(), r.values.end(), std::int64_t{0})) / cells;
  };
  fmt::print("{}: {} layers, {} samples, {} players; confidence {}, indifference {}, rounds {}\n",
             file.string(), table.shape.layers, table.shape.samples(), table.shape.players,
             stopping.elimination.confidence, stopping.elimination.indifference,
             fmt::join(job.rounds.of_largest_pool(), " "));

  std::vector<std::int64_t> order(static_cast<std::size_t>(table.shape.samples()));
  std::iota(order.begin(), order.end(), 0);
  const Replay recorded = replay_once(job, table, order);
  fmt::print("recorded order: {:.1f} % of the values, {} of {} layers agree\n  values of each layer: {}\n",
             100 * share(recorded), recorded.agreeing, table.shape.layers, fmt::join(recorded.values, " "));

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
