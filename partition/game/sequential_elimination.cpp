#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/game/salient_group.hpp"

namespace harsanyi {
namespace {

/// Wrong leaders cannot win at the same look, so their errors do not add up
/// (docs/decisions/stopping-bound.md).
constexpr std::int64_t kWrongLeaders = 3;

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

/// Of the differences leader - candidate of the samples.
struct Spread {
  double deviation = 0.0;       ///< standard deviation
  double lower_skewness = 0.0;  ///< minus the skewness where that is negative, else 0
};

/// [coalitions]
std::vector<Spread> spreads_of(std::size_t leader, std::span<const double> dividends,
                               const std::vector<double>& means) {
  const std::size_t coalitions = means.size();
  std::vector<double> squares(coalitions);
  std::vector<double> cubes(coalitions);
  for (std::size_t first = 0; first < dividends.size(); first += coalitions) {
    const auto row = dividends.subspan(first, coalitions);
    for (std::size_t s = 0; s < coalitions; ++s) {
      const double deviation = row[leader] - row[s] - (means[leader] - means[s]);
      squares[s] += deviation * deviation;
      cubes[s] += deviation * deviation * deviation;
    }
  }
  const std::size_t samples = dividends.size() / coalitions;
  const auto n = static_cast<double>(samples);
  std::vector<Spread> spreads(coalitions);
  for (std::size_t s = 0; s < coalitions; ++s) {
    const double deviation = std::sqrt(squares[s] / (n - 1.0));
    if (deviation > 0.0)
      spreads[s] = {deviation, std::max(0.0, -cubes[s] / n / (deviation * deviation * deviation))};
  }
  return spreads;
}

/// Probability with which a single comparison may go wrong.
double error_of_comparison(const EliminationRule& rule, const Look& look, std::int64_t others) {
  const std::int64_t wrong = rule.indifference > 0.0 ? others : std::min(others, kWrongLeaders);
  return (1.0 - rule.confidence) / look.looks / static_cast<double>(std::max<std::int64_t>(wrong, 1));
}

}  // namespace

bool arg_max_is_decided(std::span<const double> dividends, std::int64_t coalitions,
                        const EliminationRule& rule, const Look& look) {
  require_decidable(std::ssize(dividends), coalitions, rule, look);
  const std::vector<double> means = column_means(dividends, static_cast<std::size_t>(coalitions));
  const auto leader = static_cast<std::size_t>(salient_group(means, rule.selection).members.index());
  const std::vector<Spread> spreads = spreads_of(leader, dividends, means);

  const std::size_t first = rule.selection == SelectionRule::max_dividend ? 1 : 0;
  const auto others = coalitions - static_cast<std::int64_t>(first) - 1;
  const std::int64_t samples = std::ssize(dividends) / coalitions;
  const auto n = static_cast<double>(samples);
  const double shrinking = std::sqrt((1.0 - n / static_cast<double>(look.samples)) / n);
  const boost::math::students_t distribution{n - 1.0};
  const double t = quantile(complement(distribution, error_of_comparison(rule, look, others)));
  const double per_skewness = (2.0 * t * t + 1.0) / (6.0 * std::sqrt(n));
  for (std::size_t s = first; s < means.size(); ++s) {
    const double width = t + spreads[s].lower_skewness * per_skewness;
    const double least = means[leader] - means[s] - width * spreads[s].deviation * shrinking;
    if (s != leader && !(least > -rule.indifference)) return false;
  }
  return true;
}

}  // namespace harsanyi
