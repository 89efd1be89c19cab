#pragma once

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
  int looks = 1;             ///< how often the question is asked at most, fixed beforehand
  /// Kinds of samples, whose numbers in the full table are known before any value: [n] kind of each sample
  /// that is known so far, from 0 on, and [kinds] how many the full table has. Both empty: all are of one
  /// kind.
  std::span<const int> kind_of_sample{};
  std::span<const std::int64_t> samples_of_kind{};
};

/// What a look leaves of the candidates.
struct Candidates {
  std::vector<bool> left;  ///< [coalitions] may still be the arg-max; the leader is among them
  bool decided = false;    ///< the leader is
};

/// Looks for the arg-max of the mean dividends of one layer over a fixed table of N samples, of which n are
/// known, drawn at random. The leader L (largest mean of the n) is compared with every other candidate S by
/// the differences d = w(L) - w(S) of each sample. Samples are stratified by kind after they were drawn
/// (Cochran, Sampling Techniques, 3rd ed., 1977, section 5A.9): with n_k of the N_k samples of kind k known,
/// mean and standard deviation mean_k and sd_k of their d,
///     mean = sum of N_k/N mean_k,    se^2 = sum of g_k sd_k^2,    g_k = (N_k/N)^2 (1/n_k - 1/N_k),
/// so that what kinds differ by in the mean does not count as chance. Kinds with fewer than 8 known samples
/// are taken together, and with the smallest other one where those are still fewer. S is out if
///     mean - q se > 0,    q = t + max(0, -skewness) (2 t^2 + 1) / 6,
/// t = quantile of Student's t at 1 - p, p = (1 - confidence) / (looks * others), others the coalitions that
/// a candidate competes with in the beginning, with Satterthwaite's degrees of freedom (sum of g_k sd_k^2)^2
/// / sum of (g_k sd_k^2)^2 / (n_k - 1), and skewness that of the sum of N_k/N mean_k, from the kinds' third
/// moments. The second term of q is the first of the Edgeworth expansion of Student's t (Hall, The Bootstrap
/// and Edgeworth Expansion, 1992, section 2.6): a long lower tail that the n have missed so far. Never below
/// t. Decided: mean - q se > -indifference for every S. Over all looks together the probability that the
/// arg-max of the full table is ever out, or another is decided for that is worse by more than the
/// indifference, is at most 1 - confidence: docs/decisions/stopping-bound.md has the reason and what it
/// assumes, which is that means of n differences are close to normal.
/// @param dividends  [n, coalitions] of the samples known so far, row-major; 2 <= n < N. A coalition with a
/// NaN is no candidate: it was out at an earlier look, and what it needs was computed no further
/// @throws GameError  for another shape, an infinite entry, no candidate, a confidence outside (0, 1), a
/// negative indifference, a selection rule that takes no arg-max, kinds that do not fit the samples
[[nodiscard]] Candidates look_at_candidates(std::span<const double> dividends, std::int64_t coalitions,
                                            const EliminationRule& rule, const Look& look);

}  // namespace harsanyi
