#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "partition/game/conventions.hpp"

namespace harsanyi {

/// When a layer's arg-max is decided by a part of its samples.
struct EliminationRule {
  double confidence = 0.95;   ///< that the group of a decided layer is that of all samples
  double indifference = 0.0;  ///< a group may fall short of the best by this much, in the dividends' unit
  SelectionRule selection = SelectionRule::max_dividend;  ///< one of the two arg-max rules
};

/// Sequential elimination for the arg-max of the mean dividends of one layer over a fixed table of N samples,
/// of which the first n, in random order, are known. It looks a number of times that is fixed beforehand.
///
/// At a look the leader L (largest mean of the n) is compared with every other candidate S by the differences
/// d = w(L) - w(S) of each sample. S is eliminated, for good, if
///     mean(d) - t * sd(d) * sqrt((1 - n/N) / n) > 0,
/// t = quantile of Student's t with n - 1 degrees of freedom at 1 - (1 - confidence) / (looks * (candidates -
/// 1)). The layer is decided once L is left alone, or once no candidate that is left can exceed L by more
/// than `indifference` (the same bound > -indifference).
///
/// Why the confidence holds: a wrong decision needs the true best S* to fall to some L at some look, which is
/// one of looks * (candidates - 1) comparisons, whichever leader the data choose; their errors add up to at
/// most 1 - confidence (Boole's inequality). Each error is that of a one-sided interval for the mean of a
/// finite table from n of its entries drawn without replacement: normal for large n (Hajek, Publ. Math. Inst.
/// Hung. Acad. Sci. 5, 1960, pp. 361-374; Cochran, Sampling Techniques, 1977, sections 2.6-2.8), with
/// Student's quantile for small n. It is an approximation for far from normal differences and small n;
/// tests/bench/stopping measures it. Elimination by paired comparisons: Maron and Moore, NIPS 6, 1994;
/// Even-Dar, Mannor and Mansour, JMLR 7, 2006.
class SequentialElimination {
 public:
  /// @param samples     N of the full table
  /// @param coalitions  2^n
  /// @param looks       most calls of `look`, at least 1
  /// @throws GameError  for a confidence outside (0, 1), a negative indifference, a rule that takes no
  /// arg-max
  SequentialElimination(const EliminationRule& rule, std::int64_t samples, std::int64_t coalitions,
                        int looks);

  /// @param dividends  [n, coalitions] of the samples known so far, row-major; n >= 2, below N
  /// @return  true if the layer is decided: for the leader, `salient_group` of the means of these samples
  /// @throws GameError  for a table of another width or length, a value that is not finite, a look too many
  [[nodiscard]] bool look(std::span<const double> dividends);

  /// [coalitions] true while a coalition may be the arg-max.
  [[nodiscard]] const std::vector<bool>& remaining() const noexcept { return remaining_; }

 private:
  EliminationRule rule_;
  std::int64_t samples_;
  std::size_t coalitions_;
  int looks_left_;
  double error_of_comparison_;  ///< probability that one may go wrong
  std::vector<bool> remaining_;
};

}  // namespace harsanyi
