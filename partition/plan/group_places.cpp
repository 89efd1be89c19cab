#include "partition/plan/group_places.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// [0 ... most] whether so many ranks are a sum of group sizes.
std::vector<bool> sums_of(const std::vector<GroupWish>& wishes, int most) {
  std::vector<bool> sums(static_cast<std::size_t>(most) + 1, false);
  sums[0] = true;
  for (int ranks = 1; ranks <= most; ++ranks)
    for (const GroupWish& wish : wishes)
      if (ranks >= wish.ranks && sums[static_cast<std::size_t>(ranks - wish.ranks)])
        sums[static_cast<std::size_t>(ranks)] = true;
  return sums;
}

int one_of_each(const std::vector<GroupWish>& wishes) {
  int ranks = 0;
  for (const GroupWish& wish : wishes) ranks += wish.ranks;
  return ranks;
}

[[noreturn]] void refuse(int ranks, const std::vector<GroupWish>& wishes) {
  const int least = one_of_each(wishes);
  const int largest = wishes.front().ranks;
  const std::vector<bool> sums = sums_of(wishes, std::max(0, ranks - least) + largest);
  const auto works = [&](int n) { return n >= least && sums[static_cast<std::size_t>(n - least)]; };
  std::vector<int> sizes, near;
  for (const GroupWish& wish : wishes) sizes.push_back(wish.ranks);
  for (int below = ranks - 1; below >= least && near.empty(); --below)
    if (works(below)) near.push_back(below);
  for (int above = std::max(ranks, least); near.empty() || near.back() < ranks; ++above)
    if (works(above)) near.push_back(above);
  throw PlanError{fmt::format("{} ranks cannot form worker groups of {} (--tensor-parallel); start {} ranks",
                              ranks, fmt::join(sizes, " and "), fmt::join(near, " or "))};
}

}  // namespace

std::vector<WorkerPlace> place_groups(int ranks, std::vector<GroupWish> wishes) {
  std::sort(wishes.begin(), wishes.end(), [](const auto& a, const auto& b) { return a.ranks > b.ranks; });
  int left = ranks - one_of_each(wishes);
  const std::vector<bool> sums = sums_of(wishes, std::max(0, left));
  if (left < 0 || !sums[static_cast<std::size_t>(left)]) refuse(ranks, wishes);

  std::vector<int> groups(wishes.size(), 1);
  while (left > 0) {
    std::size_t neediest = wishes.size();
    double most = -1.0;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      const bool fits = wishes[i].ranks <= left && sums[static_cast<std::size_t>(left - wishes[i].ranks)];
      const double cost_per_rank = wishes[i].cost / (groups[i] * wishes[i].ranks);
      if (!fits || cost_per_rank <= most) continue;
      most = cost_per_rank;
      neediest = i;
    }
    ++groups.at(neediest);
    left -= wishes[neediest].ranks;
  }

  std::vector<WorkerPlace> places;
  int next = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i)
    for (int g = 0; g < groups[i]; ++g, next += wishes[i].ranks) places.push_back({next, wishes[i].ranks});
  return places;
}

}  // namespace harsanyi
