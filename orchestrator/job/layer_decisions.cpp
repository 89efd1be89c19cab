#include "orchestrator/job/layer_decisions.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "partition/game/dividends.hpp"
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

// Whether a sample's value of a needed coalition is missing.
bool lacks_any(const std::vector<double>& values, const std::vector<bool>& needed) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (needed[i % needed.size()] && std::isnan(values[i])) return true;
  return false;
}

}  // namespace

LayerDecisions::LayerDecisions(const SweepJob& job) : job_{job} {
  for (const SweepUnit& unit : job.plan.units) round_of_unit_.push_back(round_of(unit, job.rounds));
  layers_.resize(static_cast<std::size_t>(job.plan.shape.layers));
  const auto coalitions = static_cast<std::size_t>(job.plan.shape.coalitions());
  for (Layer& layer : layers_) layer.needed.assign(1, std::vector<bool>(coalitions, true));
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
  const StoppingRule& rule = job_.stopping;
  const std::vector<double> known = known_part(values, shape.coalitions(), job_.rounds, round);
  if (lacks_any(known, needed_in(layer, round))) {
    layer.progress = LayerProgress::stuck;
    return;
  }
  std::vector<int> kinds;
  if (!kind_of_sample_.empty()) kinds = known_part(kind_of_sample_, 1, job_.rounds, round);
  const Candidates candidates = look_at_candidates(
      sample_dividends(known, shape.players, rule.orientation, rule.zero, rule.scale, Gaps::kept),
      shape.coalitions(), rule.elimination,
      {.samples = shape.samples(),
       .looks = job_.rounds.count() - 1,
       .kind_of_sample = kinds,
       .samples_of_kind = samples_of_kind_});
  if (candidates.decided) layer.progress = LayerProgress::decided;
  layer.needed.push_back(candidates.decided ? std::vector<bool>(candidates.left.size())
                                            : needed_values(candidates.left, rule.orientation, rule.zero));
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

const std::vector<bool>& LayerDecisions::needed_in(const Layer& layer, int round) {
  return layer.needed[std::min(static_cast<std::size_t>(round), layer.needed.size() - 1)];
}

bool LayerDecisions::needs(LayerId layer, const SweepUnit& unit) const {
  const auto& needed = needed_in(layers_[static_cast<std::size_t>(layer.index())],
                                 round_of_unit_[static_cast<std::size_t>(unit.id.index())]);
  for (const Coalition coalition : unit.coalitions)
    if (needed[static_cast<std::size_t>(coalition.index())]) return true;
  return false;
}

std::vector<bool> LayerDecisions::wanted_in(int round) const {
  std::vector<bool> wanted;
  for (const SweepUnit& unit : job_.plan.units) {
    bool needed = false;
    for (const LayerId layer : unit.layers)
      needed = needed || (of(layer) == LayerProgress::open && needs(layer, unit));
    wanted.push_back(needed && round_of_unit_[wanted.size()] == round);
  }
  return wanted;
}

std::vector<UnitId> LayerDecisions::not_needed() const {
  std::vector<UnitId> units;
  for (const SweepUnit& unit : job_.plan.units) {
    bool needed = false;
    for (const LayerId layer : unit.layers) needed = needed || needs(layer, unit);
    if (!needed) units.push_back(unit.id);
  }
  return units;
}

}  // namespace harsanyi
