#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/game/salient_group.hpp"

namespace harsanyi {
namespace {

/// Known samples from which on a kind is a stratum of its own.
constexpr std::int64_t kFewestOfStratum = 8;

void require_decidable(std::int64_t values, std::int64_t coalitions, const EliminationRule& rule,
                       const Look& look) {
  if (!(rule.confidence > 0.0 && rule.confidence < 1.0))
    throw GameError{fmt::format("a confidence of {} is not between 0 and 1", rule.confidence)};
  if (!(rule.indifference >= 0.0 && std::isfinite(rule.indifference)))
    throw GameError{
        fmt::format("an indifference of {} is no distance; give 0 or a positive number", rule.indifference)};
  if (rule.selection == SelectionRule::common_of_positive)
    throw GameError{"elimination decides an arg-max, and the rule common_of_positive takes none"};
  if (coalitions < 2 || !std::has_single_bit(static_cast<std::size_t>(coalitions)) || look.looks < 1)
    throw GameError{fmt::format("{} looks at {} coalitions decide nothing; at least 1 look at 2^n",
                                look.looks, coalitions)};
  const std::int64_t samples = values / coalitions;
  if (samples < 2 || samples >= look.samples || values % coalitions != 0)
    throw GameError{fmt::format("{} dividends are no look at 2 to {} samples of {} coalitions", values,
                                look.samples - 1, coalitions)};
}

std::vector<double> column_means(std::span<const double> table, std::size_t columns) {
  const std::size_t rows = table.size() / columns;
  std::vector<double> means(columns);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column) means[column] += table[row * columns + column];
  for (double& mean : means) mean /= static_cast<double>(rows);
  return means;
}

/// Samples of one kind, or of several that have too few.
struct Stratum {
  std::int64_t known = 0;
  std::int64_t all = 0;
};

struct Strata {
  std::vector<Stratum> strata;
  std::vector<std::size_t> of_sample;  ///< [n]
};

void require_kinds(std::size_t samples, const Look& look) {
  const auto all = std::accumulate(look.samples_of_kind.begin(), look.samples_of_kind.end(), std::int64_t{0});
  std::vector<std::int64_t> known(look.samples_of_kind.size());
  bool fits = look.kind_of_sample.size() == samples && all == look.samples;
  for (const int kind : look.kind_of_sample) {
    fits = fits && kind >= 0 && kind < std::ssize(known);
    if (fits) ++known[static_cast<std::size_t>(kind)];
  }
  for (std::size_t kind = 0; kind < known.size(); ++kind)
    fits = fits && known[kind] <= look.samples_of_kind[kind];
  if (!fits)
    throw GameError{fmt::format("{} kinds with {} samples in all do not fit {} known of {} samples",
                                look.samples_of_kind.size(), all, samples, look.samples)};
}

Stratum joined(const Stratum& a, const Stratum& b) {
  return {a.known + b.known, a.all + b.all};
}

Strata strata_of(std::size_t samples, const Look& look) {
  const Strata one{{{static_cast<std::int64_t>(samples), look.samples}}, std::vector<std::size_t>(samples)};
  if (look.samples_of_kind.empty() && look.kind_of_sample.empty()) return one;
  require_kinds(samples, look);
  std::vector<Stratum> kinds;
  for (const std::int64_t all : look.samples_of_kind) kinds.push_back({0, all});
  for (const int kind : look.kind_of_sample) ++kinds[static_cast<std::size_t>(kind)].known;

  // The first stratum takes the kinds with few known samples; where those are few together, the smallest of
  // the others does.
  Strata result{{Stratum{}}, {}};
  std::vector<std::size_t> stratum_of_kind(kinds.size());
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (kinds[kind].known < kFewestOfStratum) {
      result.strata.front() = joined(result.strata.front(), kinds[kind]);
    } else {
      stratum_of_kind[kind] = result.strata.size();
      result.strata.push_back(kinds[kind]);
    }
  }
  if (const Stratum few = result.strata.front(); few.all > 0 && few.known < kFewestOfStratum) {
    const auto smallest =
        std::min_element(result.strata.begin() + 1, result.strata.end(),
                         [](const Stratum& a, const Stratum& b) { return a.known < b.known; });
    if (smallest == result.strata.end()) return one;
    *smallest = joined(*smallest, few);
    result.strata.front() = {};
    std::replace(stratum_of_kind.begin(), stratum_of_kind.end(), std::size_t{0},
                 static_cast<std::size_t>(smallest - result.strata.begin()));
  }
  for (const int kind : look.kind_of_sample)
    result.of_sample.push_back(stratum_of_kind[static_cast<std::size_t>(kind)]);
  return result;
}

/// Of the differences leader - candidate, as the sample tells them of the full table.
struct Difference {
  double mean = 0.0;
  double error = 0.0;           ///< standard error of `mean`
  double freedom = 1.0;         ///< Satterthwaite's degrees of freedom of `error`
  double lower_skewness = 0.0;  ///< minus the skewness of the mean where that is negative, else 0
};

/// Sums over the known samples of a stratum, of one candidate's differences.
struct Moments {
  double sum = 0.0;
  double squares = 0.0;  ///< of deviations from the stratum's mean
  double cubes = 0.0;
};

/// [strata, coalitions]
std::vector<Moments> moments_of(std::size_t leader, std::span<const double> dividends, std::size_t coalitions,
                                const Strata& strata) {
  std::vector<Moments> moments(strata.strata.size() * coalitions);
  const auto each = [&](const auto& add) {
    for (std::size_t i = 0; i < strata.of_sample.size(); ++i) {
      const auto row = dividends.subspan(i * coalitions, coalitions);
      const std::size_t stratum = strata.of_sample[i];
      for (std::size_t s = 0; s < coalitions; ++s)
        add(moments[stratum * coalitions + s], row[leader] - row[s],
            static_cast<double>(strata.strata[stratum].known));
    }
  };
  each([](Moments& m, double difference, double) { m.sum += difference; });
  each([](Moments& m, double difference, double known) {
    const double deviation = difference - m.sum / known;
    m.squares += deviation * deviation;
    m.cubes += deviation * deviation * deviation;
  });
  return moments;
}

/// Of candidate s.
Difference difference_of(std::size_t s, const std::vector<Moments>& moments, const Strata& strata,
                         std::int64_t samples) {
  const std::size_t coalitions = moments.size() / strata.strata.size();
  double mean = 0.0;
  double variance = 0.0;          // of the mean, about that of the full table
  double of_variance = 0.0;       // sum of its parts' squares, each over its degrees of freedom
  double endless_variance = 0.0;  // about that of an endless population, as the third moment
  double third = 0.0;
  for (std::size_t k = 0; k < strata.strata.size(); ++k) {
    const Stratum& stratum = strata.strata[k];
    if (stratum.all == 0) continue;
    const Moments& m = moments[k * coalitions + s];
    const auto n = static_cast<double>(stratum.known);
    const double weight = static_cast<double>(stratum.all) / static_cast<double>(samples);
    const double of_sample = m.squares / (n - 1.0);
    const double part = weight * weight * of_sample * (1.0 / n - 1.0 / static_cast<double>(stratum.all));
    mean += weight * m.sum / n;
    variance += part;
    of_variance += part * part / (n - 1.0);
    endless_variance += weight * weight * of_sample / n;
    third += weight * weight * weight * m.cubes / (n * n * n);
  }
  Difference difference{.mean = mean, .error = std::sqrt(variance)};
  if (of_variance > 0.0) difference.freedom = variance * variance / of_variance;
  if (endless_variance > 0.0)
    difference.lower_skewness = std::max(0.0, -third / (endless_variance * std::sqrt(endless_variance)));
  return difference;
}

/// Probability with which a single comparison may go wrong. Whoever is out may not come back, so every other
/// coalition is a chance to go wrong, whether it is still there or not.
double error_of_comparison(const EliminationRule& rule, const Look& look, std::int64_t others) {
  return (1.0 - rule.confidence) / look.looks / static_cast<double>(std::max<std::int64_t>(others, 1));
}

}  // namespace

Candidates look_at_candidates(std::span<const double> dividends, std::int64_t coalitions,
                              const EliminationRule& rule, const Look& look) {
  require_decidable(std::ssize(dividends), coalitions, rule, look);
  const std::vector<double> means = column_means(dividends, static_cast<std::size_t>(coalitions));
  const auto leader =
      static_cast<std::size_t>(salient_group(means, rule.selection, Gaps::kept).members.index());
  const Strata strata = strata_of(dividends.size() / means.size(), look);
  const std::vector<Moments> moments = moments_of(leader, dividends, means.size(), strata);

  const std::size_t first = rule.selection == SelectionRule::max_dividend ? 1 : 0;
  const double p = error_of_comparison(rule, look, coalitions - static_cast<std::int64_t>(first) - 1);
  Candidates candidates{.left = std::vector<bool>(means.size()), .decided = true};
  candidates.left[leader] = true;
  for (std::size_t s = first; s < means.size(); ++s) {
    if (s == leader || std::isnan(means[s])) continue;
    const Difference d = difference_of(s, moments, strata, look.samples);
    const double t = quantile(complement(boost::math::students_t{d.freedom}, p));
    const double q = t + d.lower_skewness * (2.0 * t * t + 1.0) / 6.0;
    const double least = d.mean - q * d.error;
    candidates.left[s] = !(least > 0.0);
    candidates.decided = candidates.decided && least > -rule.indifference;
  }
  return candidates;
}

}  // namespace harsanyi
