#include "orchestrator/job/layer_decisions.hpp"

#include <algorithm>
#include <cmath>

#include "partition/game/summary.hpp"

namespace harsanyi {
namespace {

int round_of(const SweepUnit& unit, const SampleRounds& rounds) {
  for (int round = 0; round < rounds.count(); ++round)
    for (std::size_t pool = 0; pool < rounds.pools(); ++pool)
      if (rounds.added(round, pool).contains(SampleId::from_index(unit.samples.first))) return round;
  return rounds.count() - 1;
}

// The rows of the samples that are known after `round`.
std::vector<double> known_rows(const std::vector<double>& values, std::int64_t coalitions,
                               const SampleRounds& rounds, int round) {
  std::vector<double> known;
  for (std::size_t pool = 0; pool < rounds.pools(); ++pool) {
    const SampleRange samples = rounds.known(round, pool);
    known.insert(known.end(), values.begin() + samples.first * coalitions,
                 values.begin() + samples.last * coalitions);
  }
  return known;
}

}  // namespace

LayerDecisions::LayerDecisions(const SweepJob& job) : job_{job} {
  for (const SweepUnit& unit : job.plan.units) round_of_unit_.push_back(round_of(unit, job.rounds));
  layers_.resize(static_cast<std::size_t>(job.plan.shape.layers));
}

void LayerDecisions::look_at(Layer& layer, int round, const std::vector<double>& values) const {
  const GameShape& shape = job_.plan.shape;
  const std::vector<double> known = known_rows(values, shape.coalitions(), job_.rounds, round);
  layer.last_round = round;
  if (std::any_of(known.begin(), known.end(), [](double value) { return std::isnan(value); }))
    layer.progress = LayerProgress::stuck;
  else if (arg_max_is_decided(sample_dividends(known, shape.players, job_.stopping.orientation,
                                               job_.stopping.zero, job_.stopping.scale),
                              shape.coalitions(), job_.stopping.elimination,
                              {.samples = shape.samples(), .looks = job_.rounds.count() - 1}))
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
