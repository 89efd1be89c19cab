#include "orchestrator/analysis/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

Interval wilson_interval(int hits, int total) {
  if (total < 1 || hits < 0 || hits > total)
    throw AnalysisError{fmt::format(
        "{} right of {} items is no proportion; an accuracy needs at least one scored item", hits, total)};
  const double z = boost::math::quantile(boost::math::normal{}, 0.5 + kConfidence / 2);
  const double n = total;
  const double h = hits;
  const double centre = (h + z * z / 2) / (n + z * z);
  const double half = z * std::sqrt(h * (n - h) / n + z * z / 4) / (n + z * z);
  return {.low = std::max(0.0, centre - half), .high = std::min(1.0, centre + half)};
}

Accuracy make_accuracy(int right, int items) {
  const Interval interval = wilson_interval(right, items);
  return {.right = right, .items = items, .value = static_cast<double>(right) / items, .interval = interval};
}

Accuracy accuracy_of(std::span<const int> predictions, std::span<const int> gold) {
  if (predictions.size() != gold.size())
    throw AnalysisError{fmt::format("{} predictions for {} right labels", predictions.size(), gold.size())};
  int right = 0;
  for (std::size_t i = 0; i < gold.size(); ++i) right += predictions[i] == gold[i] ? 1 : 0;
  return make_accuracy(right, static_cast<int>(gold.size()));
}

}  // namespace harsanyi
