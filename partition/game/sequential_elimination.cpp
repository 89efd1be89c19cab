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

/// [coalitions] standard errors of the mean differences to the leader, as from an endless table.
std::vector<double> standard_errors(std::size_t leader, std::span<const double> dividends,
                                    const std::vector<double>& means) {
  const std::size_t coalitions = means.size();
  const std::size_t samples = dividends.size() / coalitions;
  std::vector<double> errors(coalitions);
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const auto row = dividends.subspan(sample * coalitions, coalitions);
    for (std::size_t s = 0; s < coalitions; ++s) {
      const double deviation = row[leader] - row[s] - (means[leader] - means[s]);
      errors[s] += deviation * deviation;
    }
  }
  const auto n = static_cast<double>(samples);
  for (double& error : errors) error = std::sqrt(error / (n - 1.0) / n);
  return errors;
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
  const std::vector<double> errors = standard_errors(leader, dividends, means);

  const std::size_t first = rule.selection == SelectionRule::max_dividend ? 1 : 0;
  const auto others = coalitions - static_cast<std::int64_t>(first) - 1;
  const double n = static_cast<double>(std::ssize(dividends) / coalitions);
  const double unknown = 1.0 - n / static_cast<double>(look.samples);
  const double width =
      quantile(complement(boost::math::students_t{n - 1.0}, error_of_comparison(rule, look, others))) *
      std::sqrt(unknown);
  for (std::size_t s = first; s < means.size(); ++s)
    if (s != leader && !(means[leader] - means[s] - width * errors[s] > -rule.indifference)) return false;
  return true;
}

}  // namespace harsanyi
