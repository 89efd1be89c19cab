#include "partition/game/summary.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/game/coalition.hpp"
#include "partition/game/dividends.hpp"
#include "partition/game/value.hpp"

namespace harsanyi {
namespace {

/// Mean and sum of squared deviations of a stream of vectors, one sample at a time (Welford, Technometrics 4,
/// 1962): no difference of large sums, and exact for a constant stream.
class RunningMoments {
 public:
  explicit RunningMoments(std::size_t entries) : mean_(entries), squares_(entries) {}

  void add(std::span<const double> sample) {
    ++count_;
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double from_old_mean = sample[i] - mean_[i];
      mean_[i] += from_old_mean / static_cast<double>(count_);
      squares_[i] += from_old_mean * (sample[i] - mean_[i]);
    }
  }

  [[nodiscard]] const std::vector<double>& mean() const noexcept { return mean_; }

  /// Of the mean: sqrt(sum of squares / (N - 1) / N).
  [[nodiscard]] std::vector<double> standard_error() const {
    std::vector<double> error(mean_.size(), std::numeric_limits<double>::quiet_NaN());
    const auto n = static_cast<double>(count_);
    if (count_ > 1)
      for (std::size_t i = 0; i < error.size(); ++i) error[i] = std::sqrt(squares_[i] / (n - 1.0) / n);
    return error;
  }

 private:
  std::size_t count_ = 0;
  std::vector<double> mean_;
  std::vector<double> squares_;
};

std::size_t sample_count(std::size_t values, int players) {
  if (players < 1 || players > kMaxPlayers)
    throw GameError{fmt::format("a game of {} players cannot be summarised; 1 to {} are supported", players,
                                kMaxPlayers)};
  const auto coalitions = static_cast<std::size_t>(coalition_count(players));
  if (values == 0 || values % coalitions != 0)
    throw GameError{
        fmt::format("{} values are no [samples, {}] table of a game of {} players with at least one "
                    "sample; pass the values of exactly one layer",
                    values, coalitions, players)};
  return values / coalitions;
}

// The values of one sample, [2^n], as another convention and scale read them.
std::vector<double> game_of(std::span<const double> values, std::size_t sample, std::size_t coalitions,
                            Orientation orientation, ZeroRule zero, ValueScale scale, Gaps gaps) {
  const auto row = values.subspan(sample * coalitions, coalitions);
  std::vector<double> table(row.begin(), row.end());
  for (double& value : table) value = on_scale(value, scale);
  return in_convention(table, orientation, zero, gaps);
}

}  // namespace

LayerSummary summarise_layer(std::span<const double> values, int players, Orientation orientation,
                             ZeroRule zero, ValueScale scale, Gaps gaps) {
  const std::size_t samples = sample_count(values.size(), players);
  const std::size_t coalitions = values.size() / samples;
  RunningMoments value_moments{coalitions};
  RunningMoments dividend_moments{coalitions};
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const auto game = game_of(values, sample, coalitions, orientation, zero, scale, gaps);
    value_moments.add(game);
    dividend_moments.add(dividends(game, gaps));
  }
  return {.value_mean = value_moments.mean(),
          .dividend_mean = dividend_moments.mean(),
          .dividend_standard_error = dividend_moments.standard_error(),
          .samples = static_cast<int>(samples)};
}

std::vector<double> sample_dividends(std::span<const double> values, int players, Orientation orientation,
                                     ZeroRule zero, ValueScale scale, Gaps gaps) {
  const std::size_t samples = sample_count(values.size(), players);
  const std::size_t coalitions = values.size() / samples;
  std::vector<double> table;
  table.reserve(values.size());
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const auto of_sample =
        dividends(game_of(values, sample, coalitions, orientation, zero, scale, gaps), gaps);
    table.insert(table.end(), of_sample.begin(), of_sample.end());
  }
  return table;
}

}  // namespace harsanyi
