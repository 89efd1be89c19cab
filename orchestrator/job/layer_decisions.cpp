#include "orchestrator/job/layer_decisions.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "partition/game/summary.hpp"

namespace harsanyi {
namespace {

int round_of(const SweepUnit& unit, const SampleRounds& rounds) {
  for (int round = 0; round < rounds.count(); ++round)
    for (std::size_t pool = 0; pool < rounds.pools(); ++pool)
      if (rounds.added(round, pool).contains(SampleId::from_index(unit.samples.first))) return round;
  return rounds.count() - 1;
}

// The entries of the samples that are known after `round`, of a table of `each` entries a sample.
template <class T>
std::vector<T> known_part(const std::vector<T>& table, std::int64_t each, const SampleRounds& rounds,
                          int round) {
  std::vector<T> known;
  for (std::size_t pool = 0; pool < rounds.pools(); ++pool) {
    const SampleRange samples = rounds.known(round, pool);
    known.insert(known.end(), table.begin() + samples.first * each, table.begin() + samples.last * each);
  }
  return known;
}

}  // namespace

LayerDecisions::LayerDecisions(const SweepJob& job) : job_{job} {
  for (const SweepUnit& unit : job.plan.units) round_of_unit_.push_back(round_of(unit, job.rounds));
  layers_.resize(static_cast<std::size_t>(job.plan.shape.layers));
  // Benchmark and right label of a sample are known before any value, and tell much of what a head does.
  std::map<std::pair<std::string, int>, int> kinds;
  for (const SampleLabel& sample : job.samples) {
    const auto next = static_cast<int>(kinds.size());
    const int kind = kinds.try_emplace({sample.benchmark, sample.gold}, next).first->second;
    if (kind == next) samples_of_kind_.push_back(0);
    ++samples_of_kind_[static_cast<std::size_t>(kind)];
    kind_of_sample_.push_back(kind);
  }
}

void LayerDecisions::look_at(Layer& layer, int round, const std::vector<double>& values) const {
  const GameShape& shape = job_.plan.shape;
  const std::vector<double> known = known_part(values, shape.coalitions(), job_.rounds, round);
  std::vector<int> kinds;
  if (!kind_of_sample_.empty()) kinds = known_part(kind_of_sample_, 1, job_.rounds, round);
  layer.last_round = round;
  if (std::any_of(known.begin(), known.end(), [](double value) { return std::isnan(value); }))
    layer.progress = LayerProgress::stuck;
  else if (arg_max_is_decided(sample_dividends(known, shape.players, job_.stopping.orientation,
                                               job_.stopping.zero, job_.stopping.scale),
                              shape.coalitions(), job_.stopping.elimination,
                              {.samples = shape.samples(),
                               .looks = job_.rounds.count() - 1,
                               .kind_of_sample = kinds,
                               .samples_of_kind = samples_of_kind_}))
    layer.progress = LayerProgress::decided;
}

void LayerDecisions::look_after(int round, const LayerValues& values) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer)
    if (layers_[layer].progress == LayerProgress::open)
      look_at(layers_[layer], round, values(LayerId::from_index(static_cast<std::int64_t>(layer))));
}

LayerProgress LayerDecisions::of(LayerId layer) const {
  return layers_[static_cast<std::size_t>(layer.index())].progress;
}

bool LayerDecisions::any_open() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const Layer& layer) { return layer.progress == LayerProgress::open; });
}

std::vector<bool> LayerDecisions::wanted_in(int round) const {
  std::vector<bool> wanted;
  for (const SweepUnit& unit : job_.plan.units) {
    bool open = false;
    for (const LayerId layer : unit.layers) open = open || of(layer) == LayerProgress::open;
    wanted.push_back(open && round_of_unit_[wanted.size()] == round);
  }
  return wanted;
}

std::vector<UnitId> LayerDecisions::not_needed() const {
  std::vector<UnitId> units;
  for (const SweepUnit& unit : job_.plan.units) {
    bool needed = false;
    for (const LayerId id : unit.layers) {
      const Layer& layer = layers_[static_cast<std::size_t>(id.index())];
      needed = needed || layer.progress != LayerProgress::decided ||
               round_of_unit_[static_cast<std::size_t>(unit.id.index())] <= layer.last_round;
    }
    if (!needed) units.push_back(unit.id);
  }
  return units;
}

}  // namespace harsanyi
