#include "partition/game/dividends.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "partition/game/coalition.hpp"

namespace harsanyi {
namespace {

void require_game(std::span<const double> table, Gaps gaps) {
  if (!std::has_single_bit(table.size()))
    throw GameError{
        fmt::format("a game of n players has 2^n entries, and {} is no power of two; pass the table "
                    "of exactly one layer and sample",
                    table.size())};
  const auto bad = std::find_if_not(table.begin(), table.end(), [gaps](double v) {
    return std::isfinite(v) || (gaps == Gaps::kept && std::isnan(v));
  });
  if (bad != table.end())
    throw GameError{
        fmt::format("coalition {} has the value {}: it was not computed, or its logits overflowed; "
                    "finish the sweep first",
                    label_of(Coalition::from_index(bad - table.begin())), *bad)};
}

}  // namespace

std::vector<double> dividends(std::span<const double> values, Gaps gaps) {
  require_game(values, gaps);
  std::vector<double> w(values.begin(), values.end());
  for (std::size_t player = 1; player < w.size(); player <<= 1)
    for (std::size_t s = 0; s < w.size(); ++s)
      if ((s & player) != 0) w[s] -= w[s ^ player];
  return w;
}

std::vector<double> values_of(std::span<const double> dividends) {
  require_game(dividends, Gaps::refused);
  std::vector<double> v(dividends.begin(), dividends.end());
  for (std::size_t player = 1; player < v.size(); player <<= 1)
    for (std::size_t s = 0; s < v.size(); ++s)
      if ((s & player) != 0) v[s] += v[s ^ player];
  return v;
}

std::vector<double> in_convention(std::span<const double> values, Orientation orientation, ZeroRule zero,
                                  Gaps gaps) {
  require_game(values, gaps);
  std::vector<double> table(values.begin(), values.end());
  // The complement of coalition S among 2^n is the index 2^n - 1 - S.
  if (orientation == Orientation::masked) std::reverse(table.begin(), table.end());
  if (zero == ZeroRule::code) table.front() = 0.0;
  return table;
}

std::vector<bool> needed_values(std::vector<bool> coalitions, Orientation orientation, ZeroRule zero) {
  for (std::size_t player = 1; player < coalitions.size(); player <<= 1)
    for (std::size_t s = 0; s < coalitions.size(); ++s)
      if ((s & player) != 0 && coalitions[s]) coalitions[s ^ player] = true;
  if (zero == ZeroRule::code) coalitions.front() = false;
  if (orientation == Orientation::masked) std::reverse(coalitions.begin(), coalitions.end());
  return coalitions;
}

}  // namespace harsanyi
