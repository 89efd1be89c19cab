#include "orchestrator/job/layer_decisions.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

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

// [samples known after so many rounds] the round that each comes in.
std::vector<int> rounds_of_samples(const SampleRounds& rounds, int count) {
  std::vector<int> of_samples;
  for (std::size_t pool = 0; pool < rounds.pools(); ++pool)
    for (int round = 0; round < count; ++round)
      of_samples.insert(of_samples.end(), static_cast<std::size_t>(rounds.added(round, pool).size()), round);
  return of_samples;
}

// Whether a value that is wanted is missing.
bool lacks_any(const SearchTable& table, const std::vector<int>& wanted) {
  for (std::size_t i = 0; i < table.values.size(); ++i)
    if (table.round_of_sample[i / wanted.size()] < wanted[i % wanted.size()] && std::isnan(table.values[i]))
      return true;
  return false;
}

// [coalitions] a number for those of one unit.
std::vector<int> parts_of(const SweepPlan& plan) {
  std::vector<int> parts(static_cast<std::size_t>(plan.shape.coalitions()));
  for (const SweepUnit& unit : plan.units)
    for (const Coalition coalition : unit.coalitions)
      parts[static_cast<std::size_t>(coalition.index())] = static_cast<int>(unit.coalitions.first);
  return parts;
}

}  // namespace

LayerDecisions::LayerDecisions(const SweepJob& job) : job_{job} {
  for (const SweepUnit& unit : job.plan.units) round_of_unit_.push_back(round_of(unit, job.rounds));
  const StoppingRule& rule = job.stopping;
  const LayerSearch search{{.players = job.plan.shape.players,
                            .rounds = job.rounds.count(),
                            .elimination = rule.elimination,
                            .orientation = rule.orientation,
                            .zero = rule.zero,
                            .scale = rule.scale,
                            .part_of_coalition = parts_of(job.plan)}};
  layers_.assign(static_cast<std::size_t>(job.plan.shape.layers), Layer{search});
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

void LayerDecisions::look_at(Layer& layer, const std::vector<double>& values) const {
  const GameShape& shape = job_.plan.shape;
  const int rounds = layer.search.rounds();
  const std::vector<double> known = known_part(values, shape.coalitions(), job_.rounds, rounds - 1);
  const std::vector<int> round_of_sample = rounds_of_samples(job_.rounds, rounds);
  std::vector<int> kinds;
  if (!kind_of_sample_.empty()) kinds = known_part(kind_of_sample_, 1, job_.rounds, rounds - 1);
  const SearchTable table{.values = known,
                          .round_of_sample = round_of_sample,
                          .all_samples = shape.samples(),
                          .kind_of_sample = kinds,
                          .samples_of_kind = samples_of_kind_};
  if (lacks_any(table, layer.search.wanted())) {
    layer.progress = LayerProgress::stuck;
    return;
  }
  layer.search.look(table);
  if (layer.search.decided()) layer.progress = LayerProgress::decided;
}

void LayerDecisions::look(const LayerValues& values) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer)
    if (layers_[layer].progress == LayerProgress::open)
      look_at(layers_[layer], values(LayerId::from_index(static_cast<std::int64_t>(layer))));
}

LayerProgress LayerDecisions::of(LayerId layer) const {
  return layers_[static_cast<std::size_t>(layer.index())].progress;
}

bool LayerDecisions::any_open() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const Layer& layer) { return layer.progress == LayerProgress::open; });
}

bool LayerDecisions::wants(LayerId layer, const SweepUnit& unit) const {
  const std::vector<int>& wanted = layers_[static_cast<std::size_t>(layer.index())].search.wanted();
  const int round = round_of_unit_[static_cast<std::size_t>(unit.id.index())];
  for (const Coalition coalition : unit.coalitions)
    if (wanted[static_cast<std::size_t>(coalition.index())] > round) return true;
  return false;
}

std::vector<bool> LayerDecisions::wanted() const {
  std::vector<bool> wanted;
  for (const SweepUnit& unit : job_.plan.units) {
    bool any = false;
    for (const LayerId layer : unit.layers)
      any = any || (of(layer) == LayerProgress::open && wants(layer, unit));
    wanted.push_back(any);
  }
  return wanted;
}

std::vector<UnitId> LayerDecisions::not_needed() const {
  std::vector<UnitId> units;
  for (const SweepUnit& unit : job_.plan.units) {
    bool needed = false;
    for (const LayerId layer : unit.layers)
      needed = needed || of(layer) != LayerProgress::decided || wants(layer, unit);
    if (!needed) units.push_back(unit.id);
  }
  return units;
}

}  // namespace harsanyi
