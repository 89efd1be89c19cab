#pragma once

#include <span>

#include "orchestrator/analysis/accuracy.hpp"

namespace harsanyi {

/// Two methods on the same items.
struct PairedCounts {
  int both_right = 0;
  int right_to_wrong = 0;  ///< first right, second wrong
  int wrong_to_right = 0;  ///< first wrong, second right
  int both_wrong = 0;

  [[nodiscard]] int items() const noexcept {
    return both_right + right_to_wrong + wrong_to_right + both_wrong;
  }
};

struct PairedComparison {
  PairedCounts counts;
  double difference = 0.0;  ///< accuracy of the second minus accuracy of the first
  Interval interval;        ///< of the difference, at kConfidence
  double mcnemar_p = 1.0;   ///< exact, two-sided
};

/// @param first, second, gold  [items] label indices
/// @throws AnalysisError  if the lengths differ
[[nodiscard]] PairedCounts count_pairs(std::span<const int> first, std::span<const int> second,
                                       std::span<const int> gold);

/// Exact two-sided McNemar test: min(1, 2 P(X <= min(b, c))), X binomial(b + c, 1/2), b and c the items on
/// which only one of the two methods is right; 1 when there is none (McNemar, Psychometrika 12, 1947; exact
/// form as in Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13, 2013).
[[nodiscard]] double mcnemar_exact_p(const PairedCounts& counts);

/// Newcombe's square-and-add interval of the difference of two paired proportions (Newcombe, Stat. Med. 17,
/// 1998, pp. 2635-2650, method 10). With the Wilson interval [l, u] of each accuracy p, and phi the
/// correlation of the two methods' rightness with its continuity correction, the interval of p2 - p1 is
///   low  = p2 - p1 - sqrt((p2 - l2)^2 - 2 phi (p2 - l2)(u1 - p1) + (u1 - p1)^2)
///   high = p2 - p1 + sqrt((u2 - p2)^2 - 2 phi (u2 - p2)(p1 - l1) + (p1 - l1)^2).
/// Unlike Wald's it keeps a width when no item changes, and stays in [-1, 1].
/// @throws AnalysisError  if there is no item
[[nodiscard]] Interval newcombe_interval(const PairedCounts& counts);

/// All of the above. @throws AnalysisError  as `count_pairs` and `newcombe_interval`
[[nodiscard]] PairedComparison compare_paired(std::span<const int> first, std::span<const int> second,
                                              std::span<const int> gold);

}  // namespace harsanyi
