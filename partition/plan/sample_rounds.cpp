#include "partition/plan/sample_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::vector<std::int64_t> firsts_of(const std::vector<int>& pools) {
  std::vector<std::int64_t> firsts;
  std::int64_t next = 0;
  for (const int pool : pools) {
    firsts.push_back(next);
    next += pool;
  }
  return firsts;
}

// a * b / c, rounded up.
int share_of(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<int>((a * b + c - 1) / c);
}

}  // namespace

SampleRounds::SampleRounds(std::vector<int> pools)
    : pools_{std::move(pools)}, firsts_{firsts_of(pools_)}, ends_{pools_} {}

SampleRounds::SampleRounds(std::vector<int> pools, int first, double growth)
    : pools_{std::move(pools)}, firsts_{firsts_of(pools_)} {
  if (first < 1 || !(growth > 1.0))
    throw PlanError{fmt::format("rounds that begin with {} samples and grow by {} never end", first, growth)};
  const int largest = pools_.empty() ? 0 : *std::max_element(pools_.begin(), pools_.end());
  double wanted = first;
  while (wanted < largest) {
    std::vector<int> ends;
    for (const int pool : pools_)
      ends.push_back(share_of(pool, static_cast<std::int64_t>(std::ceil(wanted)), largest));
    ends_.push_back(std::move(ends));
    wanted = std::max(wanted * growth, std::ceil(wanted) + 1.0);
  }
  ends_.push_back(pools_);
}

SampleRange SampleRounds::known(int round, std::size_t pool) const {
  return {firsts_[pool], firsts_[pool] + ends_[static_cast<std::size_t>(round)][pool]};
}

SampleRange SampleRounds::added(int round, std::size_t pool) const {
  const SampleRange all = known(round, pool);
  return {round == 0 ? all.first : known(round - 1, pool).last, all.last};
}

int SampleRounds::samples(int round) const {
  const auto& ends = ends_[static_cast<std::size_t>(round)];
  return std::accumulate(ends.begin(), ends.end(), 0);
}

std::vector<int> SampleRounds::of_largest_pool() const {
  std::vector<int> samples;
  for (const auto& ends : ends_)
    samples.push_back(ends.empty() ? 0 : *std::max_element(ends.begin(), ends.end()));
  return samples;
}

}  // namespace harsanyi
