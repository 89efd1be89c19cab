#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace harsanyi {

/// `entries` numbers in [-10, 10), the same on every machine and standard library.
inline std::vector<double> random_numbers(std::size_t entries, std::uint64_t seed) {
  std::mt19937_64 bits{seed};
  std::vector<double> numbers(entries);
  for (double& x : numbers) x = 20.0 * static_cast<double>(bits() >> 11) * 0x1.0p-53 - 10.0;
  return numbers;
}

/// Values of one game of `players` players.
inline std::vector<double> random_game(int players, std::uint64_t seed) {
  return random_numbers(std::size_t{1} << players, seed);
}

}  // namespace harsanyi
