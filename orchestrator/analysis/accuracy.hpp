#pragma once

#include <span>

namespace harsanyi {

/// Confidence level of every interval in results and reports.
inline constexpr double kConfidence = 0.95;

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// A share of items answered rightly.
struct Accuracy {
  int right = 0;
  int items = 0;
  double value = 0.0;  ///< right / items, in [0, 1]
  Interval interval;   ///< Wilson, at kConfidence
};

/// Wilson's score interval of a proportion (Wilson, J. Am. Stat. Assoc. 22, 1927), without continuity
/// correction: centre (h + z^2/2) / (n + z^2), half width z sqrt(h(n-h)/n + z^2/4) / (n + z^2), with h hits
/// among n.
/// @throws AnalysisError  unless 0 <= hits <= total and total >= 1
[[nodiscard]] Interval wilson_interval(int hits, int total);

/// @throws AnalysisError  as `wilson_interval`
[[nodiscard]] Accuracy make_accuracy(int right, int items);

/// Share of predictions that equal the right label.
/// @param predictions, gold  [items] label indices
/// @throws AnalysisError  if the lengths differ or there is no item
[[nodiscard]] Accuracy accuracy_of(std::span<const int> predictions, std::span<const int> gold);

}  // namespace harsanyi
