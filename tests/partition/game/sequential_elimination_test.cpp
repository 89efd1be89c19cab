#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
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

bool decided(const Table& table, int samples, const EliminationRule& rule) {
  return arg_max_is_decided(flat(table, samples), static_cast<std::int64_t>(table.front().size()), rule,
                            {.samples = kSamples, .looks = static_cast<int>(kLooks.size())});
}

// Looks at the beginnings of a table until its arg-max is decided.
Ending run(const Table& table, const EliminationRule& rule) {
  for (const int samples : kLooks)
    if (decided(table, samples, rule))
      return {samples, salient_group(means_of(table, samples), rule.selection).members};
  return {kSamples, salient_group(means_of(table, kSamples), rule.selection).members};
}

Coalition truth(const Table& table) {
  return salient_group(means_of(table, kSamples), SelectionRule::max_dividend).members;
}

TEST(ArgMaxIsDecided, AtTheFirstLookOfAClearLayer) {
  std::mt19937_64 random{1};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  const Table table = noisy_table({9, 0, 0, 0, 0, 4, 0, 0}, normal, random);
  const Ending end = run(table, {.confidence = 0.95});
  EXPECT_EQ(end.samples, kLooks.front());
  EXPECT_EQ(end.group, Coalition{5});  // the empty coalition is no candidate of Eq. 7
  EXPECT_EQ(run(table, {.selection = SelectionRule::max_dividend_with_empty}).group, Coalition{0});
}

TEST(ArgMaxIsDecided, NeverBetweenTwins) {
  std::mt19937_64 random{2};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  Table table = noisy_table({0, 3, 0, 0, 0, 0, 0, 0}, normal, random);
  for (auto& row : table) row[2] = row[1];
  EXPECT_EQ(run(table, {}).samples, kSamples);
  // ... unless either will do.
  EXPECT_EQ(run(table, {.indifference = 0.01}).samples, kLooks.front());
}

// The bound of the header, computed the slow way: m = 3 comparisons may go wrong, or all six.
TEST(ArgMaxIsDecided, ExactlyWhereEveryPairedBoundIsPositive) {
  std::mt19937_64 random{3};
  const int n = kLooks.front();
  int decisions = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Noise laplace = [](auto& r) {
      return std::exponential_distribution{}(r)-std::exponential_distribution{}(r);
    };
    const Table table = noisy_table({0, 1.9, 0.3, 0.2, 0.1, 0, 0, 0}, laplace, random);
    const auto means = means_of(table, n);
    const auto leader =
        static_cast<std::size_t>(salient_group(means, SelectionRule::max_dividend).members.index());
    for (const double indifference : {0.0, 0.1}) {
      const EliminationRule rule{.confidence = 0.9, .indifference = indifference};
      const double t =
          quantile(boost::math::students_t(n - 1), 1 - 0.1 / (7.0 * (indifference > 0 ? 6.0 : 3.0)));
      bool expected = true;
      for (std::size_t s = 1; s < kCoalitions; ++s) {
        if (s == leader) continue;
        double squares = 0;
        double cubes = 0;
        for (int i = 0; i < n; ++i) {
          const auto& row = table[static_cast<std::size_t>(i)];
          const double deviation = row[leader] - row[s] - (means[leader] - means[s]);
          squares += std::pow(deviation, 2);
          cubes += std::pow(deviation, 3);
        }
        const double sd = std::sqrt(squares / (n - 1));
        const double skewness = cubes / n / std::pow(sd, 3);
        const double q = t + std::max(0.0, -skewness) * (2 * t * t + 1) / (6 * std::sqrt(n));
        const double error = sd * std::sqrt((1 - static_cast<double>(n) / kSamples) / n);
        expected = expected && means[leader] - means[s] - q * error > -indifference;
      }
      EXPECT_EQ(decided(table, n, rule), expected);
      decisions += expected ? 1 : 0;
    }
  }
  EXPECT_GT(decisions, 40);
  EXPECT_LT(decisions, 360);
}

struct Tails {
  std::string name;
  Noise noise;
};
void PrintTo(const Tails& tails, std::ostream* out) {
  *out << tails.name;
}

std::vector<Tails> all_tails() {
  return {{"Normal", [](auto& r) { return std::normal_distribution{}(r); }},
          {"Laplace",
           [](auto& r) { return std::exponential_distribution{}(r)-std::exponential_distribution{}(r); }},
          {"Student3", [](auto& r) { return std::student_t_distribution{3.0}(r); }},
          {"Exponential", [](auto& r) { return std::exponential_distribution{}(r); }}};
}

class TheConfidence : public testing::TestWithParam<Tails> {};
INSTANTIATE_TEST_SUITE_P(Tails, TheConfidence, testing::ValuesIn(all_tails()),
                         [](const auto& test) { return test.param.name; });

/// Candidates that share the largest mean of the full table but for a hair; the others lie far below. Every
/// decision for another than the winner is wrong, and each is close enough to be decided for by chance. Two
/// of opposite deviations are the worst case of the theorem.
class AmongNearTies : public testing::TestWithParam<std::tuple<Tails, int, bool>> {};

TEST_P(AmongNearTies, WrongDecisionsAreNoMoreThanTheConfidenceAllows) {
  constexpr int kTrials = 1000;
  constexpr double kConfidence = 0.8;
  constexpr std::size_t kWinner = 1;
  const auto& [tails, ties, opposite] = GetParam();
  std::mt19937_64 random{4};
  int wrong = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Table table = noisy_table(std::vector<double>(kCoalitions), tails.noise, random);
    const auto means = means_of(table, kSamples);
    for (auto& row : table) {
      for (std::size_t s = 0; s < kCoalitions; ++s) row[s] -= means[s];
      if (opposite) row[kWinner] = 0;
      if (opposite) row[3] = -row[2];
      row[kWinner] += 1e-6;
      for (std::size_t s = kWinner + static_cast<std::size_t>(ties); s < kCoalitions; ++s) row[s] -= 100;
    }
    ASSERT_EQ(truth(table), Coalition{kWinner});
    wrong += run(table, {.confidence = kConfidence}).group == Coalition{kWinner} ? 0 : 1;
  }
  const double allowed = kTrials * (1 - kConfidence);
  EXPECT_LE(wrong, allowed + 3 * std::sqrt(allowed));
}

INSTANTIATE_TEST_SUITE_P(Ties, AmongNearTies,
                         testing::Combine(testing::ValuesIn(all_tails()), testing::Values(2, 7),
                                          testing::Values(false)));
INSTANTIATE_TEST_SUITE_P(Opposites, AmongNearTies,
                         testing::Combine(testing::ValuesIn(all_tails()), testing::Values(3),
                                          testing::Values(true)));

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

TEST(ArgMaxIsDecided, ForTheOnlyCandidateOfASinglePlayer) {
  EXPECT_TRUE(arg_max_is_decided(std::vector<double>{0, 1, 0, 1}, 2, {}, {.samples = 10}));
}

TEST(ArgMaxIsDecided, RefusesWhatItCannotDecide) {
  const auto refuses = [](std::vector<double> dividends, std::int64_t coalitions, const EliminationRule& rule,
                          const Look& look) {
    EXPECT_THROW((void)arg_max_is_decided(dividends, coalitions, rule, look), GameError);
  };
  const std::vector<double> good(16);
  const Look look{.samples = 10, .looks = 2};
  EXPECT_FALSE(arg_max_is_decided(good, 8, {}, look));
  refuses(good, 8, {.confidence = 1.0}, look);
  refuses(good, 8, {.confidence = 0.0}, look);
  refuses(good, 8, {.indifference = -1.0}, look);
  refuses(good, 8, {.selection = SelectionRule::common_of_positive}, look);
  refuses(good, 6, {}, look);
  refuses(good, 8, {}, {.samples = 10, .looks = 0});
  refuses(good, 8, {}, {.samples = 2, .looks = 1});  // all samples
  refuses(std::vector<double>(8), 8, {}, look);      // one sample
  refuses(std::vector<double>(20), 8, {}, look);     // half a sample
  refuses({0, std::nan(""), 0, 0}, 2, {}, look);
}

}  // namespace
}  // namespace harsanyi
