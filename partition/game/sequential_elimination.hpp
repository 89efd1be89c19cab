#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "partition/game/conventions.hpp"

namespace harsanyi {

/// When a coalition is no longer a candidate for a layer's arg-max.
struct EliminationRule {
  double confidence = 0.95;   ///< that the group of a decided layer is that of all samples
  double indifference = 0.0;  ///< a group may fall short of the best by this much, in the dividends' unit
  SelectionRule selection = SelectionRule::max_dividend;  ///< one of the two arg-max rules
};

/// How far a table of samples is known when its arg-max is asked for.
struct Look {
  std::int64_t samples = 0;  ///< N of the full table
  /// Shares of the error, fixed beforehand: one in `looks` of a candidate's for each number of samples of
  /// which it and the leader may both be known when they are compared, one in `looks_apart` for each two
  /// different numbers.
  int looks = 1;
  int looks_apart = 1;
  /// Kinds of samples, whose numbers in the full table are known before any value: [n] kind of each sample
  /// that is known so far, from 0 on, and [kinds] how many the full table has. Both empty: all are of one
  /// kind.
  std::span<const int> kind_of_sample{};
  std::span<const std::int64_t> samples_of_kind{};
};

/// What a look leaves of the candidates.
struct Candidates {
  std::size_t leader = 0;
  std::vector<bool> left;  ///< [coalitions] may still be the arg-max; the leader is among them
  std::vector<bool> grow;  ///< [coalitions] those of them that more samples are best spent on first
  bool decided = false;    ///< the leader is the arg-max
};

/// Looks for the arg-max of the mean dividends of one layer over a fixed table of N samples, of which each
/// coalition's are known of some, drawn at random; those that one is known of are among those of any other
/// that is known of more. The leader L (largest mean of the known) is compared with every other candidate. Of
/// the two, let x be known of n2 samples and y of n1 <= n2. Where n1 < n2 there are two estimates of the
/// difference of their means,
///     apart:   mean of x over the n2 - mean of y over the n1,  variance  var(x-y) (1/n2 - 1/N) + var(y)
///     (1/n1 - 1/n2), paired:  mean of x - y over the n1,                      variance  var(x-y) (1/n1 -
///     1/N),
/// and the one of smaller variance is taken (double sampling: Cochran, Sampling Techniques, 3rd ed., 1977,
/// chapter 12, with regression coefficients 0 and 1). So a coalition whose dividends vary little need not be
/// known of more samples where it is the other's mean that is uncertain. Samples are stratified by kind after
/// they were drawn (Cochran, section 5A.9): means are weighted by N_k/N, variances by (N_k/N)^2, so that what
/// kinds differ by in the mean does not count as chance. Kinds with fewer than 8 known samples are taken
/// together, and with the smallest other one where those are still fewer. S is out if
///     mean - q se > 0,    q = t + max(0, -skewness) (2 t^2 + 1) / 6,
/// t = quantile of Student's t at 1 - p, p = (1 - confidence) / (looks * others), looks_apart where n1 < n2,
/// others the coalitions that a candidate competes with in the beginning, with Satterthwaite's degrees of
/// freedom over the kinds, and skewness that of the estimate, from the kinds' third moments. The second term
/// of q is the first of the Edgeworth expansion of Student's t (Hall, The Bootstrap and Edgeworth Expansion,
/// 1992, section 2.6): a long lower tail that the samples have missed so far. Never below t. Decided: mean -
/// q se > -indifference for every S. Over all looks together the probability that the arg-max of the full
/// table is ever out, or another is decided for that is worse by more than the indifference, is at most 1 -
/// confidence: docs/decisions/stopping-bound.md has the reason and what it assumes, which is that means are
/// close to normal.
///
/// What grows: for each candidate that is not out, x alone, if the first term of the variance `apart` is at
/// least four times the second (where n1 = n2: if var(x-y) is more than four times var(y)), else both.
/// Dividends of k players need 2^k values, so the smallest size that one of them asks for is served first:
/// all candidates of at most that size.
/// @param dividends  [n, coalitions] of the samples that any is known of, row-major; 2 <= n <= N. NaN: not
/// known of that sample. A coalition known of fewer than two samples is no candidate
/// @throws GameError  for another shape, an infinite entry, no candidate, a confidence outside (0, 1), a
/// negative indifference, a selection rule that takes no arg-max, kinds that do not fit the samples
[[nodiscard]] Candidates look_at_candidates(std::span<const double> dividends, std::int64_t coalitions,
                                            const EliminationRule& rule, const Look& look);

}  // namespace harsanyi
