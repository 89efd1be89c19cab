#pragma once

#include <optional>
#include <span>

namespace harsanyi {

/// Area under the receiver operating characteristic: the share of (positive, negative) pairs in which the
/// positive item has the higher score, ties counting one half (Mann-Whitney U / (n1 n0)). 0.5 = no
/// information about the order; it does not change when a constant is added to every score, so label bias
/// does not lower it.
/// @param scores   [items], none NaN
/// @param classes  [items], 1 = positive, 0 = negative
/// @return  in [0, 1]; nothing if one of the classes has no item
/// @throws AnalysisError  if the lengths differ, a score is NaN or a class is neither 0 nor 1
[[nodiscard]] std::optional<double> area_under_roc(std::span<const double> scores,
                                                   std::span<const int> classes);

}  // namespace harsanyi
