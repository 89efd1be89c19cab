#include "orchestrator/analysis/paired.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <boost/math/distributions/binomial.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Correlation of two binary outcomes; a positive cross product is lowered by n/2, at most to 0 (Newcombe's
/// continuity correction). 0 where one of the methods is always right or always wrong.
double corrected_phi(const PairedCounts& counts) {
  const double a = counts.both_right;
  const double b = counts.right_to_wrong;
  const double c = counts.wrong_to_right;
  const double d = counts.both_wrong;
  const double margins = (a + b) * (c + d) * (a + c) * (b + d);
  if (margins == 0) return 0;
  const double cross = a * d - b * c;
  return (cross > 0 ? std::max(cross - (a + b + c + d) / 2, 0.0) : cross) / std::sqrt(margins);
}

/// sqrt(x^2 - 2 phi x y + y^2); never negative for |phi| <= 1, but for rounding.
double square_and_add(double x, double y, double phi) {
  return std::sqrt(std::max(0.0, x * x - 2 * phi * x * y + y * y));
}

}  // namespace

PairedCounts count_pairs(std::span<const int> first, std::span<const int> second, std::span<const int> gold) {
  if (first.size() != gold.size() || second.size() != gold.size())
    throw AnalysisError{
        fmt::format("{} and {} predictions for {} right labels: a paired comparison needs the same items",
                    first.size(), second.size(), gold.size())};
  PairedCounts counts;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    const bool first_right = first[i] == gold[i];
    const bool second_right = second[i] == gold[i];
    if (first_right)
      ++(second_right ? counts.both_right : counts.right_to_wrong);
    else
      ++(second_right ? counts.wrong_to_right : counts.both_wrong);
  }
  return counts;
}

double mcnemar_exact_p(const PairedCounts& counts) {
  const int changed = counts.right_to_wrong + counts.wrong_to_right;
  if (changed == 0) return 1.0;
  const boost::math::binomial fair_coin{static_cast<double>(changed), 0.5};
  const int fewer = std::min(counts.right_to_wrong, counts.wrong_to_right);
  return std::min(1.0, 2 * boost::math::cdf(fair_coin, fewer));
}

Interval newcombe_interval(const PairedCounts& counts) {
  const Accuracy first = make_accuracy(counts.both_right + counts.right_to_wrong, counts.items());
  const Accuracy second = make_accuracy(counts.both_right + counts.wrong_to_right, counts.items());
  const double difference = second.value - first.value;
  const double phi = corrected_phi(counts);
  return {.low = difference -
                 square_and_add(second.value - second.interval.low, first.interval.high - first.value, phi),
          .high = difference +
                  square_and_add(second.interval.high - second.value, first.value - first.interval.low, phi)};
}

PairedComparison compare_paired(std::span<const int> first, std::span<const int> second,
                                std::span<const int> gold) {
  const PairedCounts counts = count_pairs(first, second, gold);
  const Interval interval = newcombe_interval(counts);
  return {.counts = counts,
          .difference = static_cast<double>(counts.wrong_to_right - counts.right_to_wrong) / counts.items(),
          .interval = interval,
          .mcnemar_p = mcnemar_exact_p(counts)};
}

}  // namespace harsanyi
