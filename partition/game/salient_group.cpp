#include "partition/game/salient_group.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_mean_dividends(std::span<const double> w, Gaps gaps) {
  if (w.size() < 2 || !std::has_single_bit(w.size()))
    throw GameError{
        fmt::format("{} mean dividends are no table of 2^n coalitions with at least one player", w.size())};
  if (std::any_of(w.begin(), w.end(),
                  [gaps](double d) { return std::isinf(d) || (gaps == Gaps::refused && std::isnan(d)); }))
    throw GameError{
        "a mean dividend is not finite, so no salient group can be chosen; finish the sweep first"};
}

SalientGroup max_dividend(std::span<const double> w) {
  // Greater dividend first; among equals the smaller coalition, then the smaller mask.
  const auto rank = [&](std::size_t s) { return std::tuple{-w[s], std::popcount(s), s}; };
  std::size_t best = 1;
  double runner_up = -std::numeric_limits<double>::infinity();
  for (std::size_t s = 2; s < w.size(); ++s) {
    const bool better = rank(s) < rank(best);
    runner_up = std::max(runner_up, better ? w[best] : w[s]);
    if (better) best = s;
  }
  return {.members = Coalition::from_index(static_cast<std::int64_t>(best)),
          .dividend = w[best],
          .margin = w[best] - runner_up};
}

SalientGroup max_dividend_with_empty(std::span<const double> w) {
  const auto best = std::max_element(w.begin(), w.end());
  double runner_up = -std::numeric_limits<double>::infinity();
  for (auto other = w.begin(); other != w.end(); ++other)
    if (other != best) runner_up = std::max(runner_up, *other);
  return {.members = Coalition::from_index(best - w.begin()), .dividend = *best, .margin = *best - runner_up};
}

SalientGroup common_of_positive(std::span<const double> w) {
  std::vector<std::size_t> positive;
  for (std::size_t s = 1; s < w.size(); ++s)
    if (w[s] > 0.0) positive.push_back(s);

  std::size_t best = positive.size() == 1 ? positive.front() : 0;
  double best_sum = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < positive.size(); ++i)
    for (std::size_t j = i + 1; j < positive.size(); ++j) {
      const std::size_t common = positive[i] & positive[j];
      const double sum = w[positive[i]] + w[positive[j]];
      if (std::tuple{-std::popcount(common), -sum, common} <
          std::tuple{-std::popcount(best), -best_sum, best}) {
        best = common;
        best_sum = sum;
      }
    }
  return {
      .members = Coalition::from_index(static_cast<std::int64_t>(best)), .dividend = w[best], .margin = 0.0};
}

SalientGroup group_by(std::span<const double> w, SelectionRule rule) {
  switch (rule) {
    case SelectionRule::max_dividend:
      return max_dividend(w);
    case SelectionRule::max_dividend_with_empty:
      return max_dividend_with_empty(w);
    case SelectionRule::common_of_positive:
      return common_of_positive(w);
  }
  throw GameError{"unknown selection rule; choose one of: " + all_names<SelectionRule>()};
}

}  // namespace

SalientGroup salient_group(std::span<const double> mean_dividends, SelectionRule rule, Gaps gaps) {
  require_mean_dividends(mean_dividends, gaps);
  constexpr double kNoCandidate = -std::numeric_limits<double>::infinity();
  std::vector<double> known{mean_dividends.begin(), mean_dividends.end()};
  std::replace_if(
      known.begin(), known.end(), [](double d) { return std::isnan(d); }, kNoCandidate);
  const SalientGroup group = group_by(known, rule);
  if (group.dividend == kNoCandidate)
    throw GameError{
        "no coalition that the rule could choose has a known mean dividend: the sweep stopped early for "
        "another rule or convention; choose by that one"};
  return group;
}

Coalition edited_players(Coalition group, EditedHeads edited, int players) {
  return edited == EditedHeads::inside_group ? group : group.complement(players);
}

std::vector<int> SalientGroups::edited_heads(LayerId layer) const {
  if (layer.value < 0 || layer.index() >= static_cast<std::int64_t>(layers.size()))
    throw GameError{fmt::format("salient groups of {} layers have no layer {}; they belong to another model",
                                layers.size(), layer.value)};
  const Coalition group = layers[static_cast<std::size_t>(layer.value)].members;
  return layout.heads_of(edited_players(group, edited, layout.players));
}

}  // namespace harsanyi
