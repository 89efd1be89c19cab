#include "partition/game/sequential_elimination.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/game/coalition.hpp"
#include "partition/game/salient_group.hpp"

namespace harsanyi {
namespace {

/// Means and standard errors of an infinite table, of the differences leader - candidate.
struct Differences {
  std::vector<double> mean;            ///< [coalitions]
  std::vector<double> standard_error;  ///< [coalitions]
};

std::vector<double> column_means(std::span<const double> table, std::size_t columns) {
  const std::size_t rows = table.size() / columns;
  std::vector<double> means(columns);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column) means[column] += table[row * columns + column];
  for (double& mean : means) mean /= static_cast<double>(rows);
  return means;
}

Differences differences_to(std::size_t leader, std::span<const double> dividends,
                           const std::vector<double>& means) {
  const std::size_t coalitions = means.size();
  const std::size_t samples = dividends.size() / coalitions;
  Differences result{std::vector<double>(coalitions), std::vector<double>(coalitions)};
  for (std::size_t s = 0; s < coalitions; ++s) result.mean[s] = means[leader] - means[s];
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const auto row = dividends.subspan(sample * coalitions, coalitions);
    for (std::size_t s = 0; s < coalitions; ++s) {
      const double deviation = row[leader] - row[s] - result.mean[s];
      result.standard_error[s] += deviation * deviation;
    }
  }
  const auto n = static_cast<double>(samples);
  for (double& error : result.standard_error) error = std::sqrt(error / (n - 1.0) / n);
  return result;
}

}  // namespace

SequentialElimination::SequentialElimination(const EliminationRule& rule, std::int64_t samples,
                                             std::int64_t coalitions, int looks)
    : rule_{rule}, samples_{samples}, coalitions_{static_cast<std::size_t>(coalitions)}, looks_left_{looks} {
  if (!(rule.confidence > 0.0 && rule.confidence < 1.0))
    throw GameError{fmt::format("a confidence of {} is not between 0 and 1", rule.confidence)};
  if (!(rule.indifference >= 0.0 && std::isfinite(rule.indifference)))
    throw GameError{
        fmt::format("an indifference of {} is no distance; give 0 or a positive number", rule.indifference)};
  if (rule.selection == SelectionRule::common_of_positive)
    throw GameError{"elimination decides an arg-max, and the rule common_of_positive takes none"};
  if (coalitions < 2 || !std::has_single_bit(coalitions_) || looks < 1)
    throw GameError{fmt::format("{} looks at {} coalitions are no elimination; at least 1 look at 2^n", looks,
                                coalitions)};
  remaining_.assign(coalitions_, true);
  remaining_.front() = rule.selection == SelectionRule::max_dividend_with_empty;
  const auto candidates = std::count(remaining_.begin(), remaining_.end(), true);
  error_of_comparison_ = (1.0 - rule.confidence) / static_cast<double>(looks) /
                         static_cast<double>(std::max<std::ptrdiff_t>(candidates - 1, 1));
}

bool SequentialElimination::look(std::span<const double> dividends) {
  const auto n = static_cast<std::int64_t>(dividends.size() / coalitions_);
  if (n < 2 || n >= samples_ || dividends.size() % coalitions_ != 0)
    throw GameError{fmt::format("{} dividends are no look at 2 to {} samples of {} coalitions",
                                dividends.size(), samples_ - 1, coalitions_)};
  if (looks_left_-- == 0)
    throw GameError{"more looks than the error was shared between; their number is fixed beforehand"};
  const std::vector<double> means = column_means(dividends, coalitions_);
  const auto leader = static_cast<std::size_t>(salient_group(means, rule_.selection).members.index());
  const Differences d = differences_to(leader, dividends, means);

  const boost::math::students_t distribution{static_cast<double>(n - 1)};
  const double unknown = 1.0 - static_cast<double>(n) / static_cast<double>(samples_);
  const double width = quantile(complement(distribution, error_of_comparison_)) * std::sqrt(unknown);
  bool close = true;
  for (std::size_t s = 0; s < coalitions_; ++s) {
    if (s == leader || !remaining_[s]) continue;
    const double least = d.mean[s] - width * d.standard_error[s];
    remaining_[s] = !(least > 0.0);
    close = close && (!remaining_[s] || least > -rule_.indifference);
  }
  // A leader that was eliminated before: the data contradict themselves, so more of them are needed.
  return close && remaining_[leader];
}

}  // namespace harsanyi
