#include "partition/plan/unit_rows.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

UnitRows unit_rows(std::span<const int> lengths, int shared_prefix) {
  const double p = shared_prefix;
  UnitRows rows{.all = p, .pairs = p * (p + 1) / 2};
  for (const int length : lengths) {
    const double n = length;
    rows.all += n - p;
    rows.pairs += n * (n + 1) / 2 - p * (p + 1) / 2;
    rows.samples += 1;
    rows.last_pairs += n;
    rows.longest = std::max(rows.longest, n);
    rows.longest_own = std::max(rows.longest_own, n - p);
  }
  return rows;
}

std::span<const int> lengths_of(std::span<const int> tokens, std::int64_t first, std::int64_t last) {
  if (first < 0 || first >= last || last > static_cast<std::int64_t>(tokens.size()))
    throw PlanError{fmt::format("prompt lengths of {} prompts do not cover the unit's range {} to {}",
                                tokens.size(), first, last)};
  return tokens.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

void require_lengths(std::span<const int> tokens, int shortest) {
  const auto bad = std::find_if(tokens.begin(), tokens.end(), [&](int n) { return n < shortest; });
  if (bad != tokens.end())
    throw PlanError{
        fmt::format("a prompt of {} tokens cannot be costed; at least {} are needed here", *bad, shortest)};
}

}  // namespace harsanyi
