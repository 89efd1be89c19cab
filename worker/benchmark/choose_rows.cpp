#include <algorithm>
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

// The first `count` of a shuffle of `rows`.
std::vector<int> drawn(std::vector<int> rows, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  for (std::size_t i = 0; i < count; ++i) std::swap(rows[i], rows[i + draw_below(random, rows.size() - i)]);
  rows.resize(count);
  return rows;
}

// The rows that a choice is among.
std::vector<int> candidates(int rows, const RowChoice& choice) {
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  if (choice.hold_out == 0) return all;
  if (choice.hold_out < 0 || choice.hold_out >= rows)
    throw BenchmarkError{
        fmt::format("cannot hold out {} of {} rows: at least one must be left to score; hold out fewer",
                    choice.hold_out, rows)};
  std::vector<int> held = drawn(all, static_cast<std::size_t>(choice.hold_out), choice.seed);
  if (choice.held_out == HeldOut::alone) return held;
  std::sort(held.begin(), held.end());
  std::erase_if(all, [&](int row) { return std::binary_search(held.begin(), held.end(), row); });
  return all;
}

}  // namespace

std::vector<int> choose_rows(int rows, const RowChoice& choice) {
  if (choice.at_most && *choice.at_most < 1)
    throw BenchmarkError{fmt::format("cannot choose {} rows; choose at least 1", *choice.at_most)};
  std::vector<int> chosen = candidates(rows, choice);
  const std::size_t count =
      choice.at_most ? std::min(chosen.size(), static_cast<std::size_t>(*choice.at_most)) : chosen.size();
  // Held-out rows are in drawn order already.
  if (choice.shuffled && choice.held_out == HeldOut::left_out)
    return drawn(std::move(chosen), count, choice.seed);
  chosen.resize(count);
  return chosen;
}

}  // namespace harsanyi
