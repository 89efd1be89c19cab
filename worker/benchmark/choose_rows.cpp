#include <numeric>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

/// Uniform on [0, bound), the same on every platform: 64-bit draws below 2^64 mod bound are thrown away, so
/// that every remainder has equally many draws. std::uniform_int_distribution leaves its rule to the library.
std::uint64_t draw_below(std::mt19937_64& random, std::uint64_t bound) {
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t draw = random();
  while (draw < rejected) draw = random();
  return draw % bound;
}

}  // namespace

std::vector<int> choose_rows(int rows, const RowChoice& choice) {
  if (choice.at_most && *choice.at_most < 1)
    throw BenchmarkError{fmt::format("cannot choose {} rows; choose at least 1", *choice.at_most)};
  std::vector<int> chosen(static_cast<std::size_t>(rows));
  std::iota(chosen.begin(), chosen.end(), 0);
  const auto count = static_cast<std::size_t>(std::min(rows, choice.at_most.value_or(rows)));
  if (choice.shuffled) {
    std::mt19937_64 random{choice.seed};
    for (std::size_t i = 0; i < count; ++i)
      std::swap(chosen[i], chosen[i + draw_below(random, chosen.size() - i)]);
  }
  chosen.resize(count);
  return chosen;
}

}  // namespace harsanyi
