#include "orchestrator/analysis/roc.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_scored_classes(std::span<const double> scores, std::span<const int> classes) {
  if (scores.size() != classes.size())
    throw AnalysisError{fmt::format("{} scores for {} classes", scores.size(), classes.size())};
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (std::isnan(scores[i]) || classes[i] < 0 || classes[i] > 1)
      throw AnalysisError{
          fmt::format("item {} has score {} and class {}; a ROC curve needs a number, and class 0 or 1", i,
                      scores[i], classes[i])};
}

}  // namespace

std::optional<double> area_under_roc(std::span<const double> scores, std::span<const int> classes) {
  require_scored_classes(scores, classes);
  const auto positives = static_cast<double>(std::count(classes.begin(), classes.end(), 1));
  const double negatives = static_cast<double>(classes.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;

  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });

  double pairs_won = 0;
  double negatives_below = 0;
  for (std::size_t first = 0; first < order.size();) {
    double tied_positives = 0;
    double tied_negatives = 0;
    std::size_t last = first;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last)
      (classes[order[last]] == 1 ? tied_positives : tied_negatives) += 1;
    pairs_won += tied_positives * (negatives_below + tied_negatives / 2);
    negatives_below += tied_negatives;
    first = last;
  }
  return pairs_won / (positives * negatives);
}

}  // namespace harsanyi
