#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <ostream>
#include <random>
#include <span>
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

/// Samples of three kinds, one of them rare; none: no kinds.
struct Kinds {
  std::vector<int> of_sample{};
  std::vector<std::int64_t> samples{};
};

struct Ending {
  int samples = kSamples;
  Coalition group;
};

/// What a sweep would know of the first samples: nothing of coalitions that are gone.
std::vector<double> known_of(const Table& table, int samples, const std::vector<bool>& gone) {
  std::vector<double> known = flat(table, samples);
  for (std::size_t i = 0; i < known.size(); ++i)
    if (gone[i % gone.size()]) known[i] = std::nan("");
  return known;
}

Candidates look(const Table& table, int samples, const EliminationRule& rule, const std::vector<bool>& gone,
                const Kinds& kinds = {}) {
  const auto first = static_cast<std::size_t>(samples);
  return look_at_candidates(
      known_of(table, samples, gone), static_cast<std::int64_t>(table.front().size()), rule,
      {.samples = kSamples,
       .looks = static_cast<int>(kLooks.size()),
       .kind_of_sample =
           kinds.of_sample.empty() ? std::span<const int>{} : std::span{kinds.of_sample}.first(first),
       .samples_of_kind = kinds.samples});
}

bool decided(const Table& table, int samples, const EliminationRule& rule, const Kinds& kinds = {}) {
  return look(table, samples, rule, std::vector<bool>(table.front().size()), kinds).decided;
}

// Looks at the beginnings of a table until its arg-max is decided; candidates that are out are known no
// further.
Ending run(const Table& table, const EliminationRule& rule, const Kinds& kinds = {}) {
  std::vector<bool> gone(table.front().size());
  const auto group_of = [&](int samples) {
    auto means = means_of(table, samples);
    for (std::size_t s = 0; s < means.size(); ++s)
      if (gone[s]) means[s] = std::nan("");
    return salient_group(means, rule.selection, Gaps::kept).members;
  };
  for (const int samples : kLooks) {
    const Candidates candidates = look(table, samples, rule, gone, kinds);
    if (candidates.decided) return {samples, group_of(samples)};
    for (std::size_t s = 1; s < gone.size(); ++s) gone[s] = gone[s] || !candidates.left[s];
  }
  return {kSamples, group_of(kSamples)};
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

// The bound of the header, computed the slow way.
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
      const double t = quantile(boost::math::students_t(n - 1), 1 - 0.1 / (7.0 * 6.0));
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

TEST(Candidates, DropOutOneByOneAndDoNotComeBack) {
  std::mt19937_64 random{11};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  const Table table = noisy_table({9, 3.0, 2.98, 0, 0, -4, -4, -4}, normal, random);
  std::vector<bool> gone(kCoalitions);
  const Candidates first = look(table, kLooks.front(), {}, gone);
  EXPECT_FALSE(first.decided);
  EXPECT_EQ(first.left, (std::vector<bool>{false, true, true, false, false, false, false, false}));
  gone[1] = true;  // as if it had been out
  const Candidates second = look(table, kLooks.front(), {}, gone);
  EXPECT_TRUE(second.decided);
  EXPECT_EQ(second.left, (std::vector<bool>{false, false, true, false, false, false, false, false}));
}

/// Two players' dividends, those of both of the first samples alone.
std::vector<double> known_apart(std::size_t all, std::size_t first, std::mt19937_64& random) {
  std::vector<double> dividends;
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < all; ++i) {
    const double wide = 3.0 * normal(random) + 0.5;
    const double narrow = 0.1 * normal(random) - 0.05;
    dividends.insert(dividends.end(), {0.0, wide, -100.0, i < first ? narrow : std::nan("")});
  }
  return dividends;
}

// The bound of the header for a coalition known of fewer samples, computed the slow way.
TEST(ArgMaxIsDecided, OfACoalitionKnownOfFewerSamplesExactlyWhereItsBoundIsPositive) {
  std::mt19937_64 random{12};
  constexpr std::size_t kMore = 150, kFewer = 24;
  constexpr double kAll = 200;
  int decisions = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const auto dividends = known_apart(kMore, kFewer, random);
    double x1 = 0, x2 = 0, y = 0;
    for (std::size_t i = 0; i < kMore; ++i) {
      x2 += dividends[4 * i + 1] / kMore;
      if (i < kFewer) x1 += dividends[4 * i + 1] / kFewer;
      if (i < kFewer) y += dividends[4 * i + 3] / kFewer;
    }
    if (x2 <= y) continue;  // another leads
    double of_d = 0, of_y = 0, second = 0, third = 0;
    for (std::size_t i = 0; i < kMore; ++i) {
      const double dx = dividends[4 * i + 1] - (i < kFewer ? x1 : x2);
      double in_mean = dx / kMore;
      if (i < kFewer) {
        const double dy = dividends[4 * i + 3] - y;
        of_d += (dx - dy) * (dx - dy) / (kFewer - 1);
        of_y += dy * dy / (kFewer - 1);
        in_mean -= dy / kFewer;
      }
      second += in_mean * in_mean * (i < kFewer ? kFewer / (kFewer - 1.0) : 1.0);
      third += in_mean * in_mean * in_mean;
    }
    const double variance = of_d * (1.0 / kMore - 1.0 / kAll) + of_y * (1.0 / kFewer - 1.0 / kMore);
    ASSERT_LT(variance, of_d * (1.0 / kFewer - 1.0 / kAll)) << "paired would be better";
    const double p = 0.05 / 3 / 2;
    const double t = quantile(complement(boost::math::students_t{kFewer - 1.0}, p));
    const double q = t + std::max(0.0, -third / std::pow(second, 1.5)) * (2 * t * t + 1) / 6;
    const bool out = x2 - y > q * std::sqrt(variance);
    const Candidates candidates =
        look_at_candidates(dividends, 4, {}, {.samples = 200, .looks = 1, .looks_apart = 3});
    EXPECT_EQ(candidates.leader, 1U);
    EXPECT_EQ(!candidates.left[3], out);
    decisions += out ? 1 : 0;
  }
  EXPECT_GT(decisions, 10);
  EXPECT_LT(decisions, 190);
}

TEST(Candidates, OfWideDividendsGrowAloneUntilTheOthersAreWhatIsUncertain) {
  std::mt19937_64 random{13};
  const auto grow = [&](std::size_t all, std::size_t first) {
    for (;;) {
      const auto candidates = look_at_candidates(known_apart(all, first, random), 4, {.confidence = 0.999999},
                                                 {.samples = 200, .looks = 3});
      if (candidates.leader == 1 && candidates.left[3]) return candidates.grow;
    }
  };
  EXPECT_EQ(grow(24, 24), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(grow(150, 24), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(grow(200, 4), (std::vector<bool>{false, true, false, true}))
      << "nothing more can be known of the wide one";
}

TEST(ArgMaxIsDecided, ForTheOnlyCandidateOfASinglePlayer) {
  EXPECT_TRUE(look_at_candidates(std::vector<double>{0, 1, 0, 1}, 2, {}, {.samples = 10}).decided);
}

Kinds random_kinds(std::mt19937_64& random) {
  Kinds kinds{{}, {0, 0, 0}};
  for (int i = 0; i < kSamples; ++i) {
    const int kind = i < 180 ? 0 : i < 295 ? 1 : 2;
    kinds.of_sample.push_back(kind);
    ++kinds.samples[static_cast<std::size_t>(kind)];
  }
  std::shuffle(kinds.of_sample.begin(), kinds.of_sample.end(), random);
  return kinds;
}

void add_effect_of_kind(Table& table, const Kinds& kinds, double effect) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i][1] += kinds.of_sample[i] == 0 ? effect : -effect;
    table[i][2] -= kinds.of_sample[i] == 1 ? effect : 0.0;
  }
}

// The bound of the header for strata, computed the slow way. The rare kind has fewer than 8 known samples in
// all looks, and joins no other: all are one stratum unless it is left out.
TEST(ArgMaxIsDecided, ByKindExactlyWhereEveryStratifiedBoundIsPositive) {
  std::mt19937_64 random{6};
  const Noise exponential = [](auto& r) { return std::exponential_distribution{}(r); };
  constexpr int kKnown = 81;
  int decisions = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Kinds kinds = random_kinds(random);
    Table table = noisy_table({0, 0.3, 0.5, 0, 0, 0, 0, 0}, exponential, random);
    add_effect_of_kind(table, kinds, 2.0);
    const auto plain = means_of(table, kKnown);
    const auto leader =
        static_cast<std::size_t>(salient_group(plain, SelectionRule::max_dividend).members.index());
    bool expected = true;
    for (std::size_t s = 1; s < kCoalitions; ++s) {
      if (s == leader) continue;
      double mean = 0, variance = 0, freedom = 0, endless = 0, third = 0;
      for (const int kind : {0, 1}) {
        std::vector<double> d;
        for (std::size_t i = 0; i < kKnown; ++i)
          if (std::min(kinds.of_sample[i], 1) == kind) d.push_back(table[i][leader] - table[i][s]);
        const auto n = static_cast<double>(d.size());
        const double all = kind == 0 ? 180 : 120;
        const double centre = std::accumulate(d.begin(), d.end(), 0.0) / n;
        double squares = 0, cubes = 0;
        for (const double x : d) squares += std::pow(x - centre, 2), cubes += std::pow(x - centre, 3);
        const double weight = all / kSamples;
        const double part = weight * weight * (1 / n - 1 / all) * squares / (n - 1);
        mean += weight * centre;
        variance += part;
        freedom += part * part / (n - 1);
        endless += weight * weight * squares / (n - 1) / n;
        third += std::pow(weight, 3) * cubes / n / (n * n);
      }
      const double t = quantile(boost::math::students_t(variance * variance / freedom), 1 - 0.1 / 7.0 / 6.0);
      const double q = t + std::max(0.0, -third / std::pow(endless, 1.5)) * (2 * t * t + 1) / 6;
      expected = expected && mean - q * std::sqrt(variance) > 0;
    }
    EXPECT_EQ(decided(table, kKnown, {.confidence = 0.9}, kinds), expected);
    decisions += expected ? 1 : 0;
  }
  EXPECT_GT(decisions, 20);
  EXPECT_LT(decisions, 180);
}

TEST(ArgMaxIsDecided, ByKindWithFewerSamplesWhereKindsDiffer) {
  std::mt19937_64 random{8};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  int plain = 0;
  int by_kind = 0;
  for (int trial = 0; trial < 50; ++trial) {
    const Kinds kinds = random_kinds(random);
    Table table = noisy_table({0, 0.7, 0, 0, 0, 0, 0, 0}, normal, random);
    add_effect_of_kind(table, kinds, 3.0);
    plain += run(table, {}).samples;
    by_kind += run(table, {}, kinds).samples;
  }
  EXPECT_LT(by_kind, 0.7 * plain);
}

TEST(ArgMaxIsDecided, ByKindAsWithoutWhereTooFewAreKnown) {
  std::mt19937_64 random{9};
  const Noise normal = [](auto& r) { return std::normal_distribution{}(r); };
  int decisions = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const Table table = noisy_table({0, 1.2, 0, 0, 0, 0, 0, 0}, normal, random);
    Kinds singles{{}, std::vector<std::int64_t>(kSamples, 1)};
    singles.of_sample.resize(kSamples);
    std::iota(singles.of_sample.begin(), singles.of_sample.end(), 0);
    const bool plain = decided(table, 24, {});
    EXPECT_EQ(decided(table, 24, {}, singles), plain);
    decisions += plain ? 1 : 0;
  }
  EXPECT_GT(decisions, 10);
  EXPECT_LT(decisions, 90);
}

TEST_P(TheConfidence, HoldsByKindAmongNearTies) {
  constexpr int kTrials = 1000;
  constexpr double kConfidence = 0.8;
  std::mt19937_64 random{10};
  int wrong = 0;
  int early = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Kinds kinds = random_kinds(random);
    Table table = noisy_table(std::vector<double>(kCoalitions), GetParam().noise, random);
    add_effect_of_kind(table, kinds, 2.0);
    const auto means = means_of(table, kSamples);
    for (auto& row : table) {
      for (std::size_t s = 0; s < kCoalitions; ++s) row[s] -= means[s] + (s > 2 ? 100 : 0);
      row[1] += 1e-6;
    }
    ASSERT_EQ(truth(table), Coalition{1});
    const Ending end = run(table, {.confidence = kConfidence}, kinds);
    wrong += end.group == Coalition{1} ? 0 : 1;
    early += end.samples < kSamples ? 1 : 0;
  }
  const double allowed = kTrials * (1 - kConfidence);
  EXPECT_LE(wrong, allowed + 3 * std::sqrt(allowed));
  EXPECT_GT(early, kTrials / 50);
}

TEST(ArgMaxIsDecided, RefusesWhatItCannotDecide) {
  const auto refuses = [](std::vector<double> dividends, std::int64_t coalitions, const EliminationRule& rule,
                          const Look& look) {
    EXPECT_THROW((void)look_at_candidates(dividends, coalitions, rule, look), GameError);
  };
  const std::vector<double> good(16);
  const Look look{.samples = 10, .looks = 2};
  EXPECT_FALSE(look_at_candidates(good, 8, {}, look).decided);
  refuses(good, 8, {.confidence = 1.0}, look);
  refuses(good, 8, {.confidence = 0.0}, look);
  refuses(good, 8, {.indifference = -1.0}, look);
  refuses(good, 8, {.selection = SelectionRule::common_of_positive}, look);
  refuses(good, 6, {}, look);
  refuses(good, 8, {}, {.samples = 10, .looks = 0});
  refuses(good, 8, {}, {.samples = 10, .looks_apart = 0});
  refuses(good, 8, {}, {.samples = 1, .looks = 1});  // more than all samples
  refuses(std::vector<double>(8), 8, {}, look);      // one sample
  refuses(std::vector<double>(20), 8, {}, look);     // half a sample
  refuses({0, INFINITY, 0, 0}, 2, {}, look);
  refuses({0, std::nan(""), 0, 0}, 2, {}, look);  // no candidate is known
  const std::vector<std::int64_t> counts{6, 4};
  const std::vector<int> two{0, 1};
  EXPECT_FALSE(look_at_candidates(good, 8, {}, {10, 2, 2, two, counts}).decided);
  refuses(good, 8, {}, {9, 2, 2, two, counts});                      // nine are not six and four
  refuses(good, 8, {}, {10, 2, 2, std::vector<int>{0}, counts});     // the kind of one of two
  refuses(good, 8, {}, {10, 2, 2, std::vector<int>{0, 2}, counts});  // no such kind
  refuses(good, 8, {}, {10, 2, 2, std::vector<int>{1, 1}, std::vector<std::int64_t>{9, 1}});
}

}  // namespace
}  // namespace harsanyi
