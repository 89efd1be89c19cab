#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "partition/game/layer_search.hpp"
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
  larger,    ///< a larger coalition, whose dividends vary a fifth as much
};

std::string name_of(Rivals rivals) {
  if (rivals == Rivals::one) return "one";
  if (rivals == Rivals::opposite) return "opposite";
  return rivals == Rivals::by_kind ? "by kind" : "larger";
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
  if (rivals == Rivals::larger)
    for (std::size_t i = 0; i < entries.size(); i += columns) {
      entries[i + 3] /= 5.0;
      entries[i + 2] /= 5.0;
    }
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
    if (rivals == Rivals::opposite) entries[first + 3] = -entries[first + 2];
    entries[first + (rivals == Rivals::larger ? 2 : 3)] -= rivals == Rivals::opposite ? 0.0 : kFarBelow;
  }
  return table;
}

// Another than the winner is decided for.
bool goes_wrong(const Table& table, int first, double confidence) {
  const auto columns = static_cast<std::size_t>(kCoalitions);
  const auto samples = static_cast<int>(table.kinds.size());
  const std::int64_t ones = std::count(table.kinds.begin(), table.kinds.end(), 1);
  const std::vector<std::int64_t> of_kind{samples - ones, ones};
  const SampleRounds rounds{{samples}, first, 1.5};
  std::vector<double> values;
  for (std::size_t i = 0; i < table.dividends.size(); i += columns) {
    const auto game = values_of(std::span{table.dividends}.subspan(i, columns));
    values.insert(values.end(), game.begin(), game.end());
  }
  std::vector<int> round_of_sample;
  for (int round = 0; round < rounds.count(); ++round)
    round_of_sample.resize(static_cast<std::size_t>(rounds.samples(round)), round);
  LayerSearch search{{.players = 2, .rounds = rounds.count(), .elimination = {.confidence = confidence}}};
  while (!search.decided()) {
    const auto count = static_cast<std::size_t>(rounds.samples(search.rounds() - 1));
    search.look({.values = std::span{values}.first(count * columns),
                 .round_of_sample = std::span{round_of_sample}.first(count),
                 .all_samples = samples,
                 .kind_of_sample = std::span{table.kinds}.first(count),
                 .samples_of_kind = of_kind});
  }
  return search.leader() != static_cast<std::size_t>(kWinner);
}

}  // namespace

void simulate(double confidence, int trials) {
  fmt::print("wrong decisions, % of {} tables whose best candidates are tied but for a hair; confidence {}\n",
             trials, confidence);
  fmt::print("{:<18}{:>10}{:>9}{:>9}{:>7}{:>7}{:>7}\n", "tails", "rivals", "samples", "first=8", "16", "24",
             "48");
  std::mt19937_64 random{1};
  for (const Tails& tails : all_tails())
    for (const Rivals rivals : {Rivals::one, Rivals::opposite, Rivals::by_kind, Rivals::larger})
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
