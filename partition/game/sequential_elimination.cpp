#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
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
/// Known samples from which on a coalition is a candidate.
constexpr std::int64_t kFewestKnown = 2;
/// How many times larger one part of a variance is where it alone is worth more samples.
constexpr double kClearly = 4.0;

void require_decidable(std::int64_t values, std::int64_t coalitions, const EliminationRule& rule,
                       const Look& look) {
  if (!(rule.confidence > 0.0 && rule.confidence < 1.0))
    throw GameError{fmt::format("a confidence of {} is not between 0 and 1", rule.confidence)};
  if (!(rule.indifference >= 0.0 && std::isfinite(rule.indifference)))
    throw GameError{
        fmt::format("an indifference of {} is no distance; give 0 or a positive number", rule.indifference)};
  if (rule.selection == SelectionRule::common_of_positive)
    throw GameError{"elimination decides an arg-max, and the rule common_of_positive takes none"};
  if (coalitions < 2 || !std::has_single_bit(static_cast<std::size_t>(coalitions)) ||
      std::min(look.looks, look.looks_apart) < 1)
    throw GameError{fmt::format("{} looks at {} coalitions decide nothing; at least 1 look at 2^n",
                                look.looks, coalitions)};
  const std::int64_t samples = values / coalitions;
  if (samples < 2 || samples > look.samples || values % coalitions != 0)
    throw GameError{fmt::format("{} dividends are no look at 2 to {} samples of {} coalitions", values,
                                look.samples, coalitions)};
}

/// Dividends of some samples, a NaN where a coalition's is not known of a sample.
class Table {
 public:
  Table(std::span<const double> dividends, std::size_t coalitions)
      : dividends_{dividends}, coalitions_{coalitions}, known_(coalitions), means_(coalitions) {
    for (std::size_t i = 0; i < dividends.size(); ++i)
      if (!std::isnan(dividends[i])) {
        ++known_[i % coalitions];
        means_[i % coalitions] += dividends[i];
      }
    for (std::size_t s = 0; s < coalitions; ++s)
      means_[s] = known_[s] < kFewestKnown ? std::numeric_limits<double>::quiet_NaN()
                                           : means_[s] / static_cast<double>(known_[s]);
  }

  [[nodiscard]] std::size_t coalitions() const noexcept { return coalitions_; }
  [[nodiscard]] std::size_t samples() const noexcept { return dividends_.size() / coalitions_; }
  [[nodiscard]] double at(std::size_t sample, std::size_t coalition) const {
    return dividends_[sample * coalitions_ + coalition];
  }
  [[nodiscard]] std::int64_t known(std::size_t coalition) const { return known_[coalition]; }  ///< samples
  /// [coalitions] means of the samples that each is known of; NaN where they are too few for a variance.
  [[nodiscard]] const std::vector<double>& means() const noexcept { return means_; }

 private:
  std::span<const double> dividends_;
  std::size_t coalitions_;
  std::vector<std::int64_t> known_;
  std::vector<double> means_;
};

/// Samples of one kind, or of several that have too few.
struct Stratum {
  std::int64_t known = 0;
  std::int64_t all = 0;
};

struct Strata {
  std::vector<Stratum> strata;
  std::vector<std::size_t> of_kind;  ///< [kinds] of `Look`; empty where all samples are of one stratum
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

/// @param known_of_kind  samples of each kind
Strata strata_of(const std::vector<std::int64_t>& known_of_kind, const Look& look) {
  const auto known = std::accumulate(known_of_kind.begin(), known_of_kind.end(), std::int64_t{0});
  const Strata one{{{known, look.samples}}, {}};
  if (look.samples_of_kind.empty()) return one;

  // The first stratum takes the kinds with few known samples; where those are few together, the smallest of
  // the others does.
  Strata result{{Stratum{}}, std::vector<std::size_t>(known_of_kind.size())};
  for (std::size_t kind = 0; kind < known_of_kind.size(); ++kind) {
    const Stratum own{known_of_kind[kind], look.samples_of_kind[kind]};
    if (own.known < kFewestOfStratum) {
      result.strata.front() = joined(result.strata.front(), own);
    } else {
      result.of_kind[kind] = result.strata.size();
      result.strata.push_back(own);
    }
  }
  if (const Stratum few = result.strata.front(); few.all > 0 && few.known < kFewestOfStratum) {
    const auto smallest =
        std::min_element(result.strata.begin() + 1, result.strata.end(),
                         [](const Stratum& a, const Stratum& b) { return a.known < b.known; });
    if (smallest == result.strata.end()) return one;
    *smallest = joined(*smallest, few);
    result.strata.front() = {};
    std::replace(result.of_kind.begin(), result.of_kind.end(), std::size_t{0},
                 static_cast<std::size_t>(smallest - result.strata.begin()));
  }
  return result;
}

/// Of w(leader) - w(candidate), as the samples tell it of the full table.
struct Difference {
  double mean = 0.0;
  double error = 0.0;           ///< standard error of `mean`
  double freedom = 1.0;         ///< Satterthwaite's degrees of freedom of `error`
  double lower_skewness = 0.0;  ///< minus the skewness of the mean where that is negative, else 0
  int grows = 0;  ///< size of the largest coalition that more samples are best spent on: see the header
};

/// Sums over a stratum, of x known of n2 and y of n1 of its samples, the n1 among the n2.
struct PairMoments {
  double n1 = 0.0, n2 = 0.0, all = 0.0;
  double x1 = 0.0, y1 = 0.0, x2 = 0.0;  ///< sums of the n1, the n1 and the n2
  double variance_y = 0.0, variance_d = 0.0;
  double of_paired = 0.0,
         third_paired = 0.0;                 ///< of the mean of d = x - y over n1: sums of squares and cubes
  double of_apart = 0.0, third_apart = 0.0;  ///< of the difference of the two means
};

double squared(double x) {
  return x * x;
}

/// Two coalitions: x is the one known of more samples, of equally many the smaller one.
class Pair {
 public:
  Pair(const Table& table, std::size_t x, std::size_t y, const Look& look)
      : table_{table}, look_{look}, x_{x}, y_{y} {
    std::vector<std::int64_t> known(std::max<std::size_t>(look.samples_of_kind.size(), 1));
    for (std::size_t i = 0; i < table.samples(); ++i)
      if (is_common(i)) ++known[kind_of(i)];
    strata_ = strata_of(known, look);
    moments_.resize(strata_.strata.size());
    for (std::size_t k = 0; k < moments_.size(); ++k)
      moments_[k].all = static_cast<double>(strata_.strata[k].all);
    add_sums();
    add_deviations();
  }

  [[nodiscard]] Difference difference(int size_of_x, int size_of_y) const;

 private:
  [[nodiscard]] bool is_known(std::size_t sample) const { return !std::isnan(table_.at(sample, x_)); }
  [[nodiscard]] bool is_common(std::size_t sample) const {
    return is_known(sample) && !std::isnan(table_.at(sample, y_));
  }
  [[nodiscard]] std::size_t kind_of(std::size_t sample) const {
    return look_.kind_of_sample.empty() ? 0 : static_cast<std::size_t>(look_.kind_of_sample[sample]);
  }
  [[nodiscard]] std::size_t stratum_of(std::size_t sample) const {
    return strata_.of_kind.empty() ? 0 : strata_.of_kind[kind_of(sample)];
  }
  template <class Add>
  void each(const Add& add) {
    for (std::size_t i = 0; i < table_.samples(); ++i)
      if (is_known(i)) add(moments_[stratum_of(i)], table_.at(i, x_), table_.at(i, y_), is_common(i));
  }
  void add_sums() {
    each([](PairMoments& m, double x, double y, bool common) {
      m.n2 += 1.0;
      m.x2 += x;
      if (!common) return;
      m.n1 += 1.0;
      m.x1 += x;
      m.y1 += y;
    });
  }
  void add_deviations() {
    each([](PairMoments& m, double x, double y, bool common) {
      if (!common) {
        const double rest = (x - m.x2 / m.n2) / m.n2;
        m.of_apart += rest * rest;
        m.third_apart += rest * rest * rest;
        return;
      }
      const double dx = x - m.x1 / m.n1;
      const double dy = y - m.y1 / m.n1;
      const double paired = (dx - dy) / m.n1;
      const double apart = dx / m.n2 - dy / m.n1;
      m.variance_y += dy * dy / (m.n1 - 1.0);
      m.variance_d += squared(dx - dy) / (m.n1 - 1.0);
      m.of_paired += paired * paired;
      m.third_paired += paired * paired * paired;
      m.of_apart += apart * apart;
      m.third_apart += apart * apart * apart;
    });
  }

  const Table& table_;
  const Look& look_;
  std::size_t x_, y_;
  Strata strata_;
  std::vector<PairMoments> moments_;
};

Difference Pair::difference(int size_of_x, int size_of_y) const {
  struct Estimate {
    double mean = 0.0, variance = 0.0, of_variance = 0.0, second = 0.0, third = 0.0;
    void add(double weight, double mean_, double part, double degrees, double second_, double third_) {
      mean += weight * mean_;
      variance += part;
      of_variance += part * part / degrees;
      second += weight * weight * second_;
      third += weight * weight * weight * third_;
    }
  } paired, apart;
  double of_x = 0.0, of_y = 0.0, variance_y = 0.0, variance_d = 0.0;
  bool all_known = true, more = false;
  for (const PairMoments& m : moments_) {
    if (m.all == 0.0) continue;
    const double weight = m.all / static_cast<double>(look_.samples);
    const double x_part = weight * weight * m.variance_d * (1.0 / m.n2 - 1.0 / m.all);
    const double y_part = weight * weight * m.variance_y * (1.0 / m.n1 - 1.0 / m.n2);
    const double paired_part = weight * weight * m.variance_d * (1.0 / m.n1 - 1.0 / m.all);
    const double unbiased = m.n1 / (m.n1 - 1.0);
    paired.add(weight, (m.x1 - m.y1) / m.n1, paired_part, m.n1 - 1.0, m.of_paired * unbiased, m.third_paired);
    apart.add(weight, m.x2 / m.n2 - m.y1 / m.n1, x_part + y_part, m.n1 - 1.0, m.of_apart * unbiased,
              m.third_apart);
    of_x += x_part;
    of_y += y_part;
    variance_y += weight * m.variance_y;
    variance_d += weight * m.variance_d;
    all_known = all_known && m.n2 == m.all;
    more = more || m.n2 > m.n1;
  }
  const bool by_apart = more && apart.variance < paired.variance;
  const Estimate& best = by_apart ? apart : paired;
  Difference difference{.mean = best.mean, .error = std::sqrt(std::max(0.0, best.variance))};
  if (best.of_variance > 0.0) difference.freedom = squared(best.variance) / best.of_variance;
  if (best.second > 0.0) difference.lower_skewness = -best.third / (best.second * std::sqrt(best.second));
  const bool x_alone =
      !all_known && (more ? by_apart && of_x >= kClearly * of_y : kClearly * variance_y < variance_d);
  difference.grows = x_alone ? size_of_x : std::max(size_of_x, size_of_y);
  return difference;
}

int size_of(std::size_t coalition) {
  return std::popcount(coalition);
}

Difference difference_of(std::size_t leader, std::size_t s, const Table& table, const Look& look) {
  const bool leader_is_x = table.known(leader) != table.known(s) ? table.known(leader) > table.known(s)
                                                                 : size_of(leader) <= size_of(s);
  const std::size_t x = leader_is_x ? leader : s;
  const std::size_t y = leader_is_x ? s : leader;
  Difference difference = Pair{table, x, y, look}.difference(size_of(x), size_of(y));
  if (!leader_is_x) {
    difference.mean = -difference.mean;
    difference.lower_skewness = -difference.lower_skewness;
  }
  difference.lower_skewness = std::max(0.0, difference.lower_skewness);
  return difference;
}

/// Probability with which a single comparison may go wrong. Whoever is out may not come back, so every other
/// coalition is a chance to go wrong, whether it is still there or not.
double error_of_comparison(const EliminationRule& rule, int looks, std::int64_t others) {
  return (1.0 - rule.confidence) / looks / static_cast<double>(std::max<std::int64_t>(others, 1));
}

}  // namespace

Candidates look_at_candidates(std::span<const double> dividends, std::int64_t coalitions,
                              const EliminationRule& rule, const Look& look) {
  require_decidable(std::ssize(dividends), coalitions, rule, look);
  const Table table{dividends, static_cast<std::size_t>(coalitions)};
  if (!look.samples_of_kind.empty() || !look.kind_of_sample.empty()) require_kinds(table.samples(), look);
  const std::size_t count = table.coalitions();
  const auto leader =
      static_cast<std::size_t>(salient_group(table.means(), rule.selection, Gaps::kept).members.index());

  const std::size_t first = rule.selection == SelectionRule::max_dividend ? 1 : 0;
  const std::int64_t others = coalitions - static_cast<std::int64_t>(first) - 1;
  Candidates candidates{.leader = leader, .left = std::vector<bool>(count), .grow = {}, .decided = true};
  candidates.left[leader] = true;
  int grows = std::numeric_limits<int>::max();
  for (std::size_t s = first; s < count; ++s) {
    if (s == leader || std::isnan(table.means()[s])) continue;
    const Difference d = difference_of(leader, s, table, look);
    const int looks = table.known(s) == table.known(leader) ? look.looks : look.looks_apart;
    const double p = error_of_comparison(rule, looks, others);
    const double t = quantile(complement(boost::math::students_t{d.freedom}, p));
    const double q = t + d.lower_skewness * (2.0 * t * t + 1.0) / 6.0;
    const double least = d.mean - q * d.error;
    candidates.left[s] = !(least > 0.0);
    const bool open = !(least > -rule.indifference);
    candidates.decided = candidates.decided && !open;
    if (open) grows = std::min(grows, d.grows);
  }
  candidates.grow = candidates.left;
  for (std::size_t s = 0; s < count; ++s) candidates.grow[s] = candidates.left[s] && size_of(s) <= grows;
  return candidates;
}

}  // namespace harsanyi
