// Processor seconds that the dividends of many random games take, for tests/bench/engine/bench.py.
//
//   dividends_bench GAMES PLAYERS
//
// Prints JSON: {"seconds": of all games, "sum": of all dividends, so that none is optimised away, "first":
// {"values": [2^n], "dividends": [2^n]}}.

#include <ctime>
#include <iostream>
#include <random>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/game/dividends.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: dividends_bench GAMES PLAYERS\n";
    return 2;
  }
  const int games = std::stoi(argv[1]);
  const std::size_t coalitions = std::size_t{1} << std::stoi(argv[2]);
  // A thousand tables in turn: more than the cache holds, few enough to make quickly.
  constexpr std::size_t kTables = 1000;
  std::mt19937_64 random{1};
  std::normal_distribution<double> normal;
  std::vector<double> tables(kTables * coalitions);
  for (double& value : tables) value = normal(random);

  const auto table = [&](std::size_t game) {
    return std::span{tables}.subspan(game % kTables * coalitions, coalitions);
  };
  double sum = 0.0;
  const std::clock_t start = std::clock();
  for (int game = 0; game < games; ++game)
    sum += harsanyi::dividends(table(static_cast<std::size_t>(game))).back();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print("{{\"seconds\": {}, \"sum\": {}, \"first\": {{\"values\": [{}], \"dividends\": [{}]}}}}\n",
             seconds, sum, fmt::join(table(0), ", "), fmt::join(harsanyi::dividends(table(0)), ", "));
}
