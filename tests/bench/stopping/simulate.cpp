#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "partition/game/salient_group.hpp"
#include "partition/game/sequential_elimination.hpp"
#include "partition/plan/sample_rounds.hpp"
#include "tests/bench/stopping/stopping_bench.hpp"

namespace harsanyi::bench {
namespace {

constexpr std::size_t kWinner = 3;
constexpr double kLead = 1e-6;

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

// [samples, coalitions] whose columns have the same mean, but for the winner's.
std::vector<double> near_ties(int samples, std::size_t coalitions, const Tails& tails,
                              std::mt19937_64& random) {
  std::vector<double> table(static_cast<std::size_t>(samples) * coalitions);
  for (double& value : table) value = tails.draw(random);
  const auto means = column_means(table, coalitions);
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] -= means[i % coalitions] - (i % coalitions == kWinner ? kLead : 0.0);
  return table;
}

bool decides_wrongly(const std::vector<double>& table, int samples, std::size_t coalitions, int first,
                     double confidence) {
  const SampleRounds rounds{{samples}, first, 1.5};
  for (int round = 0; round + 1 < rounds.count(); ++round) {
    const std::vector<double> known(
        table.begin(), table.begin() + static_cast<std::ptrdiff_t>(rounds.samples(round) * coalitions));
    if (arg_max_is_decided(known, static_cast<std::int64_t>(coalitions), {.confidence = confidence},
                           {.samples = samples, .looks = rounds.count() - 1}))
      return salient_group(column_means(known, coalitions), SelectionRule::max_dividend).members.index() !=
             static_cast<std::int64_t>(kWinner);
  }
  return false;
}

}  // namespace

void simulate(double confidence, int trials) {
  fmt::print("wrong decisions among near ties, % of {} tables; confidence {}\n", trials, confidence);
  fmt::print("{:<18}{:>8}{:>9}{:>7}{:>7}{:>7}{:>7}\n", "tails", "players", "samples", "n=8", "16", "24",
             "48");
  std::mt19937_64 random{1};
  for (const Tails& tails : all_tails())
    for (const int players : {3, 8})
      for (const int samples : {300, 900}) {
        std::string line = fmt::format("{:<18}{:>8}{:>9}", tails.name, players, samples);
        for (const int first : {8, 16, 24, 48}) {
          int wrong = 0;
          for (int trial = 0; trial < trials; ++trial) {
            const std::size_t coalitions = std::size_t{1} << players;
            wrong += decides_wrongly(near_ties(samples, coalitions, tails, random), samples, coalitions,
                                     first, confidence)
                         ? 1
                         : 0;
          }
          line += fmt::format("{:>7.2f}", 100.0 * wrong / trials);
        }
        fmt::print("{}\n", line);
      }
}

}  // namespace harsanyi::bench
