#include "partition/game/layer_search.hpp"

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "partition/game/salient_group.hpp"
#include "partition/plan/sample_rounds.hpp"

namespace harsanyi {
namespace {

constexpr int kPlayers = 4;
constexpr std::size_t kCoalitions = 16;
constexpr int kSamples = 400;
const SampleRounds kRounds{{kSamples}, 24, 1.5};

/// A layer's values, sample after sample, and how far a search gets on them.
struct Layer {
  std::vector<double> values{};
  std::vector<double> means = std::vector<double>(kCoalitions);  ///< of dividends, over all samples

  /// @param dividends  [coalitions] of one sample
  void add(const std::vector<double>& dividends) {
    const auto game = values_of(dividends);
    values.insert(values.end(), game.begin(), game.end());
    for (std::size_t s = 0; s < kCoalitions; ++s) means[s] += dividends[s] / kSamples;
  }
  [[nodiscard]] std::size_t best() const {
    return static_cast<std::size_t>(salient_group(means, SelectionRule::max_dividend).members.index());
  }
  /// To the end, with nothing known but what is wanted.
  [[nodiscard]] LayerSearch searched(std::vector<int> parts = {}) const {
    LayerSearch search{
        {.players = kPlayers, .rounds = kRounds.count(), .part_of_coalition = std::move(parts)}};
    while (!search.decided()) {
      std::vector<int> round_of_sample;
      for (int round = 0; round < search.rounds(); ++round)
        round_of_sample.resize(static_cast<std::size_t>(kRounds.samples(round)), round);
      search.look({.values = std::span{values}.first(round_of_sample.size() * kCoalitions),
                   .round_of_sample = round_of_sample,
                   .all_samples = kSamples});
    }
    return search;
  }
};

/// Dividends of `sd[size]` around 0, players 0 and 1 best by `lead`, one of them by a hair.
Layer make_layer(const std::vector<double>& sd, double lead, std::mt19937_64& random) {
  Layer layer;
  std::normal_distribution<double> normal;
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> dividends(kCoalitions);
    for (std::size_t s = 1; s < kCoalitions; ++s)
      dividends[s] = sd[static_cast<std::size_t>(std::popcount(s))] * normal(random) + (s < 3 ? lead : 0.0);
    layer.add(dividends);
  }
  return layer;
}

std::int64_t computed(const LayerSearch& search) {
  std::int64_t values = 0;
  for (const int rounds : search.wanted()) values += kRounds.samples(rounds - 1);
  return values;
}

TEST(LayerSearch, AsksForTheFirstSamplesAloneWhereTheyDecide) {
  std::mt19937_64 random{1};
  Layer layer = make_layer({0, 0.1, 0.1, 0.1, 0.1}, 0.0, random);
  Layer clear;
  for (std::size_t i = 0; i < layer.values.size(); i += kCoalitions) {
    auto dividends_ = dividends(std::span{layer.values}.subspan(i, kCoalitions));
    dividends_[5] += 10.0;
    clear.add(dividends_);
  }
  const LayerSearch search = clear.searched();
  EXPECT_EQ(search.leader(), 5U);
  EXPECT_EQ(search.wanted(), std::vector<int>(kCoalitions, 1));
}

// The single players vary most and need few values: they are known of all samples before the many coalitions
// are of more than the first.
TEST(LayerSearch, LetsSmallCoalitionsOfWideDividendsGoAhead) {
  std::mt19937_64 random{2};
  const Layer layer = make_layer({0, 3.0, 0.02, 0.02, 0.02}, 0.3, random);
  const LayerSearch search = layer.searched();
  EXPECT_EQ(search.leader(), layer.best());
  for (std::size_t s = 0; s < kCoalitions; ++s)
    if (std::popcount(s) > 2) {
      EXPECT_EQ(search.wanted()[s], 1) << s;
    }
  EXPECT_GT(search.rounds(), 4);
  EXPECT_LT(computed(search), static_cast<std::int64_t>(kCoalitions) * kSamples / 2);
}

TEST(LayerSearch, EndsWithALeaderThatIsKnownOfAllSamplesOfTheLayer) {
  std::mt19937_64 random{3};
  for (int trial = 0; trial < 40; ++trial) {
    const Layer layer = make_layer({0, 1.0, 0.7, 0.4, 0.4}, 0.05, random);
    const LayerSearch search = layer.searched();
    for (std::size_t value = 0; value < kCoalitions; ++value)
      if ((value | search.leader()) == search.leader()) {
        EXPECT_EQ(search.wanted()[value], search.rounds());
      }
    // ... and with the largest mean of all that are: what a reader of the cube takes.
    const auto samples = static_cast<std::size_t>(kRounds.samples(search.rounds() - 1));
    std::vector<double> means(kCoalitions, std::nan(""));
    for (std::size_t s = 1; s < kCoalitions; ++s) {
      bool everywhere = true;
      for (std::size_t value = 0; value < kCoalitions; ++value)
        everywhere = everywhere && ((value | s) != s || search.wanted()[value] == search.rounds());
      if (!everywhere) continue;
      means[s] = 0.0;
      for (std::size_t i = 0; i < samples; ++i)
        means[s] += dividends(std::span{layer.values}.subspan(i * kCoalitions, kCoalitions))[s];
    }
    EXPECT_EQ(salient_group(means, SelectionRule::max_dividend, Gaps::kept).members.index(),
              static_cast<std::int64_t>(search.leader()));
  }
}

TEST(LayerSearch, TakesIntoAccountWhatIsComputedTogether) {
  std::mt19937_64 random{4};
  const Layer layer = make_layer({0, 3.0, 0.5, 0.5, 0.5}, 0.3, random);
  std::vector<int> all_together(kCoalitions);
  const LayerSearch search = layer.searched(all_together);
  EXPECT_EQ(search.leader(), layer.best());
}

TEST(LayerSearch, NeverEndsEarlyBetweenTwins) {
  Layer layer;
  std::mt19937_64 random{5};
  std::normal_distribution<double> normal{1.0};
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> dividends(kCoalitions);
    dividends[1] = dividends[2] = normal(random);
    layer.add(dividends);
  }
  const LayerSearch search = layer.searched();
  EXPECT_EQ(search.rounds(), kRounds.count());
  EXPECT_EQ(search.leader(), 1U) << "the first of equals, as of the full table";
}

/// Near ties of coalitions whose dividends vary unequally; each kind of noise in turn.
TEST(LayerSearch, HoldsTheConfidence) {
  constexpr int kTrials = 600;
  std::mt19937_64 random{6};
  int wrong = 0, early = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Layer noise = make_layer({0, 2.0, 0.6, 0.3, 0.2}, 0.0, random);
    Layer layer;
    for (std::size_t i = 0; i < noise.values.size(); i += kCoalitions) {
      auto dividends_ = dividends(std::span{noise.values}.subspan(i, kCoalitions));
      // Players 0 and 2, the pair of both and three players are tied, the pair by a hair the best.
      for (std::size_t s = 1; s < kCoalitions; ++s) {
        dividends_[s] -= noise.means[s];
        if (s != 1 && s != 4 && s != 5 && s != 14) dividends_[s] -= 100.0;
      }
      dividends_[5] += 1e-6;
      layer.add(dividends_);
    }
    const LayerSearch search = layer.searched();
    wrong += search.leader() == 5 ? 0 : 1;
    early += computed(search) < static_cast<std::int64_t>(kCoalitions) * kSamples ? 1 : 0;
  }
  const double allowed = 0.05 * kTrials;
  EXPECT_LE(wrong, allowed);
  EXPECT_GT(early, kTrials / 2);
}

}  // namespace
}  // namespace harsanyi
