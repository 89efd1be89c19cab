#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/game/salient_group.hpp"

namespace harsanyi {
namespace {

constexpr std::size_t kCoalitions = 8;
constexpr int kSamples = 300;
const std::vector<int> kLooks{24, 36, 54, 81, 122, 183, 274};

using Table = std::vector<std::vector<double>>;  // [samples][coalitions]
using Noise = std::function<double(std::mt19937_64&)>;

std::vector<double> flat(const Table& table, int samples) {
  std::vector<double> values;
  for (int i = 0; i < samples; ++i)
    values.insert(values.end(), table[static_cast<std::size_t>(i)].begin(),
                  table[static_cast<std::size_t>(i)].end());
  return values;
}

std::vector<double> means_of(const Table& table, int samples) {
  std::vector<double> means(table.front().size());
  for (int i = 0; i < samples; ++i)
    for (std::size_t s = 0; s < means.size(); ++s)
      means[s] += table[static_cast<std::size_t>(i)][s] / samples;
  return means;
}

Table noisy_table(const std::vector<double>& centres, const Noise& noise, std::mt19937_64& random) {
  Table table(kSamples, centres);
  for (auto& row : table)
    for (double& value : row) value += noise(random);
  return table;
}

struct Ending {
  int samples = kSamples;
  Coalition group;
};

// Looks at the beginnings of a table until its arg-max is decided.
Ending run(const Table& table, const EliminationRule& rule) {
  SequentialElimination elimination{rule, kSamples, static_cast<std::int64_t>(kCoalitions),
                                    static_cast<int>(kLooks.size())};
  for (const int samples : kLooks)
    if (elimination.look(flat(table, samples)))
      return {samples, salient_group(means_of(table, samples), rule.selection).members};
  return {kSamples, salient_group(means_of(table, kSamples), rule.selection).members};
}

Coalition truth(const Table& table) {
  return salient_group(means_of(table, kSamples), SelectionRule::max_dividend).members;
}

TEST(SequentialElimination, DecidesAClearLayerAtTheFirstLook) {
  std::mt19937_64 random{1};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  const Table table = noisy_table({9, 0, 0, 0, 0, 4, 0, 0}, normal, random);
  const Ending end = run(table, {.confidence = 0.95});
  EXPECT_EQ(end.samples, kLooks.front());
  EXPECT_EQ(end.group, Coalition{5});  // the empty coalition is no candidate of Eq. 7
  EXPECT_EQ(run(table, {.selection = SelectionRule::max_dividend_with_empty}).group, Coalition{0});
}

TEST(SequentialElimination, NeverDecidesBetweenTwins) {
  std::mt19937_64 random{2};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  Table table = noisy_table({0, 3, 0, 0, 0, 0, 0, 0}, normal, random);
  for (auto& row : table) row[2] = row[1];
  EXPECT_EQ(run(table, {}).samples, kSamples);
  // ... unless either will do.
  EXPECT_EQ(run(table, {.indifference = 0.01}).samples, kLooks.front());
}

// The bound of the header, computed the slow way for one pair.
TEST(SequentialElimination, EliminatesExactlyWhereThePairedBoundIsPositive) {
  std::mt19937_64 random{3};
  const int n = kLooks.front();
  const double confidence = 0.9;
  int eliminated = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Noise laplace = [](auto& r) {
      return std::exponential_distribution{}(r)-std::exponential_distribution{}(r);
    };
    const Table table = noisy_table({0, 1.0, 0.9, 0.6, 0.4, 0.2, 0, 0}, laplace, random);
    SequentialElimination elimination{{.confidence = confidence}, kSamples, kCoalitions, 7};
    (void)elimination.look(flat(table, n));
    const auto means = means_of(table, n);
    const auto leader =
        static_cast<std::size_t>(salient_group(means, SelectionRule::max_dividend).members.index());
    const double t = quantile(boost::math::students_t(n - 1), 1 - (1 - confidence) / (7 * 6));
    for (std::size_t s = 1; s < kCoalitions; ++s) {
      if (s == leader) continue;
      double squares = 0;
      for (int i = 0; i < n; ++i) {
        const auto& row = table[static_cast<std::size_t>(i)];
        squares += std::pow(row[leader] - row[s] - (means[leader] - means[s]), 2);
      }
      const double error = std::sqrt(squares / (n - 1) / n * (1 - static_cast<double>(n) / kSamples));
      EXPECT_EQ(elimination.remaining()[s], means[leader] - means[s] <= t * error);
      eliminated += elimination.remaining()[s] ? 0 : 1;
    }
    EXPECT_TRUE(elimination.remaining()[leader]);
  }
  EXPECT_GT(eliminated, 20);
  EXPECT_LT(eliminated, 220);
}

struct Tails {
  std::string name;
  Noise noise;
};
void PrintTo(const Tails& tails, std::ostream* out) {
  *out << tails.name;
}

class TheConfidence : public testing::TestWithParam<Tails> {};
INSTANTIATE_TEST_SUITE_P(
    Tails, TheConfidence,
    testing::Values(Tails{"Normal", [](auto& r) { return std::normal_distribution{}(r); }},
                    Tails{"Laplace",
                          [](auto& r) {
                            return std::exponential_distribution{}(r)-std::exponential_distribution{}(r);
                          }},
                    Tails{"Student3", [](auto& r) { return std::student_t_distribution{3.0}(r); }},
                    Tails{"Exponential", [](auto& r) { return std::exponential_distribution{}(r); }},
                    Tails{"Lognormal",
                          [](auto& r) {
                            return std::lognormal_distribution{0.0, 1.0}(r);
                          }}),
    [](const auto& test) { return test.param.name; });

/// The hardest case: all seven candidates have nearly the same mean in the full table, so every leader but
/// one is wrong, and each is close enough to be decided for by chance.
TEST_P(TheConfidence, HoldsForTheArgMaxOfTheFullTableAmongNearTies) {
  constexpr int kTrials = 1000;
  constexpr double kConfidence = 0.95;
  std::mt19937_64 random{4};
  int wrong = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Table table = noisy_table(std::vector<double>(kCoalitions), GetParam().noise, random);
    const auto means = means_of(table, kSamples);
    for (auto& row : table)
      for (std::size_t s = 0; s < kCoalitions; ++s) row[s] -= means[s] - (s == 3 ? 1e-6 : 0.0);
    ASSERT_EQ(truth(table), Coalition{3});
    wrong += run(table, {.confidence = kConfidence}).group == Coalition{3} ? 0 : 1;
  }
  const double allowed = kTrials * (1 - kConfidence);
  EXPECT_LE(wrong, allowed + 3 * std::sqrt(allowed));
}

TEST_P(TheConfidence, HoldsForTheIndifferenceOfTheChosenGroup) {
  constexpr int kTrials = 300;
  constexpr double kWidth = 0.2;
  std::mt19937_64 random{5};
  int wrong = 0;
  int early = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Table table = noisy_table({0, 0.3, 0.2, 0.1, 0, 0.25, 0, 0}, GetParam().noise, random);
    const Ending end = run(table, {.confidence = 0.95, .indifference = kWidth});
    const auto means = means_of(table, kSamples);
    const double best = means[static_cast<std::size_t>(truth(table).index())];
    wrong += best - means[static_cast<std::size_t>(end.group.index())] <= kWidth ? 0 : 1;
    early += end.samples < kSamples ? 1 : 0;
  }
  EXPECT_LE(wrong, 0.05 * kTrials + 3 * std::sqrt(0.05 * kTrials));
  EXPECT_GT(early, kTrials / 2);
}

TEST(SequentialElimination, IsAFunctionOfTheValuesAlone) {
  std::mt19937_64 random{6};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  const Table table = noisy_table({0, 0.5, 0.3, 0, 0, 0, 0, 0}, normal, random);
  const Ending first = run(table, {});
  const Ending second = run(table, {});
  EXPECT_EQ(first.samples, second.samples);
  EXPECT_EQ(first.group, second.group);
}

TEST(SequentialElimination, DecidesForTheOnlyCandidateOfASinglePlayer) {
  SequentialElimination elimination{{}, 10, 2, 1};
  EXPECT_TRUE(elimination.look(std::vector<double>{0, 1, 0, 1}));
}

TEST(SequentialElimination, RefusesWhatItCannotDecide) {
  EXPECT_THROW((SequentialElimination{{.confidence = 1.0}, 10, 8, 1}), GameError);
  EXPECT_THROW((SequentialElimination{{.confidence = 0.0}, 10, 8, 1}), GameError);
  EXPECT_THROW((SequentialElimination{{.indifference = -1.0}, 10, 8, 1}), GameError);
  EXPECT_THROW((SequentialElimination{{.selection = SelectionRule::common_of_positive}, 10, 8, 1}),
               GameError);
  EXPECT_THROW((SequentialElimination{{}, 10, 6, 1}), GameError);
  EXPECT_THROW((SequentialElimination{{}, 10, 8, 0}), GameError);
  SequentialElimination elimination{{}, 3, 2, 1};
  EXPECT_THROW((void)elimination.look(std::vector<double>(2)), GameError);  // one sample
  EXPECT_THROW((void)elimination.look(std::vector<double>(5)), GameError);  // half a sample
  EXPECT_THROW((void)elimination.look(std::vector<double>(6)), GameError);  // all samples
  EXPECT_THROW((void)elimination.look(std::vector<double>{0, std::nan(""), 0, 0}), GameError);
}

TEST(SequentialElimination, RefusesMoreLooksThanItWasMadeFor) {
  SequentialElimination elimination{{}, 10, 4, 1};
  const std::vector<double> undecided{0, 1, 0, 0, 0, 0, 1, 0};
  EXPECT_FALSE(elimination.look(undecided));
  EXPECT_THROW((void)elimination.look(undecided), GameError);
}

}  // namespace
}  // namespace harsanyi
