#include "orchestrator/job/layer_decisions.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "partition/game/dividends.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/game/summary.hpp"

namespace harsanyi {
namespace {

constexpr int kPlayers = 2;
const std::vector<int> kPools{40, 20};

/// A sweep in rounds of three layers: clear at once, clear with more samples, never clear.
class Decisions : public testing::Test {
 protected:
  SweepJob job_ = make_job();
  std::map<int, std::vector<double>> values_ = make_values();

  static SweepJob make_job() {
    SweepJob job;
    job.stopping = {.kind = Stopping::elimination, .first_samples = 8, .growth = 1.5};
    job.rounds = SampleRounds{kPools, 8, 1.5};
    job.plan = make_sweep_plan({3, kPlayers, kPools}, {1, 2, 4}, job.rounds);
    return job;
  }

  static std::map<int, std::vector<double>> make_values() {
    std::map<int, std::vector<double>> tables;
    std::mt19937_64 random{7};
    const std::vector<double> gaps{20.0, 0.7, 0.0};
    for (int layer = 0; layer < 3; ++layer)
      for (int sample = 0; sample < 60; ++sample) {
        const double player_0 = std::normal_distribution{gaps[static_cast<std::size_t>(layer)]}(random);
        const double player_1 = layer == 2 ? player_0 : std::normal_distribution{}(random);
        const auto game = values_of(std::vector<double>{0.0, player_0, player_1, -5.0});
        tables[layer].insert(tables[layer].end(), game.begin(), game.end());
      }
    return tables;
  }

  [[nodiscard]] LayerDecisions::LayerValues all_values() {
    return [this](LayerId layer) { return values_.at(layer.value); };
  }

  /// Runs to the end; what is not wanted stays NaN.
  LayerDecisions run() {
    LayerDecisions decisions{job_};
    std::map<int, std::vector<double>> known;
    for (int layer = 0; layer < 3; ++layer)
      known[layer].assign(values_[layer].size(), std::numeric_limits<double>::quiet_NaN());
    while (decisions.any_open()) {
      const auto wanted = decisions.wanted();
      for (const SweepUnit& unit : job_.plan.units)
        if (wanted[static_cast<std::size_t>(unit.id.index())]) compute(unit, known);
      decisions.look([&](LayerId layer) { return known.at(layer.value); });
    }
    return decisions;
  }

  void compute(const SweepUnit& unit, std::map<int, std::vector<double>>& known) const {
    const auto layer = static_cast<int>(unit.layers.first);
    for (const SampleId sample : unit.samples)
      for (const Coalition coalition : unit.coalitions) {
        const auto i = static_cast<std::size_t>(sample.index() * (1 << kPlayers) + coalition.index());
        known[layer][i] = values_.at(layer)[i];
      }
  }
};

TEST_F(Decisions, AClearLayerStopsAndATiedOneGoesOnToTheEnd) {
  const LayerDecisions decisions = run();
  for (const int layer : {0, 1, 2}) EXPECT_EQ(decisions.of(LayerId{layer}), LayerProgress::decided);
  std::vector<int> computed(3);
  const auto not_needed = decisions.not_needed();
  for (const SweepUnit& unit : job_.plan.units)
    if (std::find(not_needed.begin(), not_needed.end(), unit.id) == not_needed.end())
      computed[static_cast<std::size_t>(unit.layers.first)] += static_cast<int>(unit.values());
  for (int& values : computed) values /= 1 << kPlayers;
  EXPECT_EQ(computed[0], job_.rounds.samples(0));
  EXPECT_GT(computed[1], computed[0]);
  EXPECT_LT(computed[1], 60);
  EXPECT_EQ(computed[2], 60);
}

TEST_F(Decisions, UnitsOfACoalitionThatDroppedOutAreNotNeededThoughItsLayerGoesOn) {
  job_.plan = make_sweep_plan({3, kPlayers, kPools}, {1, 1, 4}, job_.rounds);
  const LayerDecisions decisions = run();         // in layer 2 players 0 and 1 are twins, and together worse
  std::map<std::int64_t, std::int64_t> computed;  // samples, by coalition
  const auto not_needed = decisions.not_needed();
  for (const SweepUnit& unit : job_.plan.units)
    if (unit.layers.contains(LayerId{2}) &&
        std::find(not_needed.begin(), not_needed.end(), unit.id) == not_needed.end())
      computed[unit.coalitions.first] += unit.samples.size();
  const std::int64_t first = job_.rounds.samples(0);
  EXPECT_EQ(computed, (std::map<std::int64_t, std::int64_t>{{0, 60}, {1, 60}, {2, 60}, {3, first}}));
}

TEST_F(Decisions, ADecidedLayersGroupIsThatOfTheFullTable) {
  const LayerDecisions decisions = run();
  for (const int layer : {0, 1}) {
    const auto summary = summarise_layer(values_[layer], kPlayers, Orientation::present, ZeroRule::none);
    EXPECT_EQ(salient_group(summary.dividend_mean, SelectionRule::max_dividend).members, Coalition{1});
    EXPECT_EQ(decisions.of(LayerId{layer}), LayerProgress::decided);
  }
}

TEST_F(Decisions, ALayerThatLacksValuesIsStuckAndTheOthersGoOn) {
  values_[1][4] = std::numeric_limits<double>::quiet_NaN();
  LayerDecisions decisions{job_};
  decisions.look(all_values());
  EXPECT_EQ(decisions.of(LayerId{1}), LayerProgress::stuck);
  EXPECT_EQ(decisions.of(LayerId{2}), LayerProgress::open);
  const auto wanted = decisions.wanted();
  for (const SweepUnit& unit : job_.plan.units)
    if (wanted[static_cast<std::size_t>(unit.id.index())]) {
      EXPECT_EQ(unit.layers.first, 2);
    }
  for (const UnitId unit : decisions.not_needed())
    EXPECT_EQ(job_.plan.units[static_cast<std::size_t>(unit.index())].layers.first, 0);
}

TEST_F(Decisions, AtFirstTheSamplesOfTheFirstRoundAreWanted) {
  const auto wanted = LayerDecisions{job_}.wanted();
  for (const SweepUnit& unit : job_.plan.units) {
    const bool first = job_.rounds.added(0, 0).contains(SampleId::from_index(unit.samples.first)) ||
                       job_.rounds.added(0, 1).contains(SampleId::from_index(unit.samples.first));
    EXPECT_EQ(wanted[static_cast<std::size_t>(unit.id.index())], first) << unit.id.value;
  }
}

// After any interruption a cube may hold values of later looks; they must not change what is asked for.
TEST_F(Decisions, WhatIsAskedForDoesNotDependOnWhatElseIsKnown) {
  const LayerDecisions reference = run();
  LayerDecisions decisions{job_};
  while (decisions.any_open()) decisions.look(all_values());
  EXPECT_EQ(decisions.not_needed(), reference.not_needed());
}

}  // namespace
}  // namespace harsanyi
