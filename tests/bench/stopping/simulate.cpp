#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "partition/game/sequential_elimination.hpp"
#include "partition/plan/sample_rounds.hpp"
#include "tests/bench/stopping/stopping_bench.hpp"

namespace harsanyi::bench {
namespace {

constexpr std::int64_t kCoalitions = 4;  // the empty one, which is no candidate, and three
constexpr std::int64_t kWinner = 1;
constexpr double kLead = 1e-6;
constexpr double kFarBelow = 1e3;
constexpr double kEffectOfKind = 2.0;

/// Who is nearly tied with the winner.
enum class Rivals {
  one,       ///< the difference is symmetric, whatever the tails
  opposite,  ///< two of opposite deviations against a winner without any: the worst case of the theorem
  by_kind,   ///< one, whose difference lies in two kinds of samples more than in chance
};

std::string name_of(Rivals rivals) {
  return rivals == Rivals::one ? "one" : rivals == Rivals::opposite ? "opposite" : "by kind";
}

/// Samples of a table and their kinds.
struct Table {
  std::vector<double> dividends;  ///< [samples, coalitions]
  std::vector<int> kinds;         ///< [samples]
};

struct Tails {
  std::string name;
  std::function<double(std::mt19937_64&)> draw;
};

const std::vector<Tails>& all_tails() {
  static const std::vector<Tails> tails{
      {"normal", [](auto& r) { return std::normal_distribution{}(r); }},
      {"Laplace",
       [](auto& r) { return std::exponential_distribution{}(r)-std::exponential_distribution{}(r); }},
      {"Student, 3 d.f.", [](auto& r) { return std::student_t_distribution{3.0}(r); }},
      {"exponential", [](auto& r) { return std::exponential_distribution{}(r); }},
      {"-exponential", [](auto& r) { return -std::exponential_distribution{}(r); }},
      {"lognormal", [](auto& r) { return std::lognormal_distribution{}(r); }},
      {"-lognormal", [](auto& r) { return -std::lognormal_distribution{}(r); }}};
  return tails;
}

std::vector<double> column_means(const std::vector<double>& table, std::size_t columns) {
  std::vector<double> means(columns);
  const auto rows = static_cast<double>(table.size() / columns);
  for (std::size_t i = 0; i < table.size(); ++i) means[i % columns] += table[i] / rows;
  return means;
}

// Candidates have the same mean over all samples, but for a hair.
Table near_ties(int samples, Rivals rivals, const Tails& tails, std::mt19937_64& random) {
  const auto columns = static_cast<std::size_t>(kCoalitions);
  Table table{std::vector<double>(static_cast<std::size_t>(samples) * columns), {}};
  std::vector<double>& entries = table.dividends;
  for (double& value : entries) value = tails.draw(random);
  for (int sample = 0; sample < samples; ++sample)
    table.kinds.push_back(rivals == Rivals::by_kind && std::bernoulli_distribution{0.4}(random) ? 1 : 0);
  if (rivals == Rivals::by_kind)
    for (std::size_t sample = 0; sample < table.kinds.size(); ++sample)
      entries[sample * columns + 2] += table.kinds[sample] == 0 ? kEffectOfKind : -kEffectOfKind;
  const auto means = column_means(entries, columns);
  for (std::size_t first = 0; first < entries.size(); first += columns) {
    for (std::size_t s = 0; s < columns; ++s) entries[first + s] -= means[s];
    if (rivals == Rivals::opposite) entries[first + kWinner] = 0.0;
    entries[first + kWinner] += kLead;
    entries[first + 3] = rivals == Rivals::opposite ? -entries[first + 2] : entries[first + 3] - kFarBelow;
  }
  return table;
}

// The winner drops out, or another is decided for.
bool goes_wrong(const Table& table, int first, double confidence) {
  const auto samples = static_cast<int>(table.kinds.size());
  const std::int64_t ones = std::count(table.kinds.begin(), table.kinds.end(), 1);
  const std::vector<std::int64_t> of_kind{samples - ones, ones};
  const SampleRounds rounds{{samples}, first, 1.5};
  std::vector<double> dividends = table.dividends;
  for (int round = 0; round + 1 < rounds.count(); ++round) {
    const auto count = static_cast<std::size_t>(rounds.samples(round));
    const std::span known = std::span{dividends}.first(count * static_cast<std::size_t>(kCoalitions));
    const Candidates candidates = look_at_candidates(known, kCoalitions, {.confidence = confidence},
                                                     {.samples = samples,
                                                      .looks = rounds.count() - 1,
                                                      .kind_of_sample = std::span{table.kinds}.first(count),
                                                      .samples_of_kind = of_kind});
    if (!candidates.left[kWinner]) return true;
    if (candidates.decided) return false;
    for (std::size_t i = 0; i < dividends.size(); ++i)
      if (const std::size_t s = i % static_cast<std::size_t>(kCoalitions); s > 0 && !candidates.left[s])
        dividends[i] = std::nan("");
  }
  return false;
}

}  // namespace

void simulate(double confidence, int trials) {
  fmt::print("wrong decisions, % of {} tables whose best candidates are tied but for a hair; confidence {}\n",
             trials, confidence);
  fmt::print("{:<18}{:>10}{:>9}{:>9}{:>7}{:>7}{:>7}\n", "tails", "rivals", "samples", "first=8", "16", "24",
             "48");
  std::mt19937_64 random{1};
  for (const Tails& tails : all_tails())
    for (const Rivals rivals : {Rivals::one, Rivals::opposite, Rivals::by_kind})
      for (const int samples : {300, 900}) {
        std::string line = fmt::format("{:<18}{:>10}{:>9}", tails.name, name_of(rivals), samples);
        for (const int first : {8, 16, 24, 48}) {
          int wrong = 0;
          for (int trial = 0; trial < trials; ++trial)
            wrong += goes_wrong(near_ties(samples, rivals, tails, random), first, confidence) ? 1 : 0;
          line += fmt::format("{:>{}.2f}", 100.0 * wrong / trials, first == 8 ? 9 : 7);
        }
        fmt::print("{}\n", line);
      }
}

}  // namespace harsanyi::bench
