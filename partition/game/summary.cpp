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

}  // namespace

LayerSummary summarise_layer(std::span<const double> values, int players, Orientation orientation,
                             ZeroRule zero, ValueScale scale) {
  const std::size_t samples = sample_count(values.size(), players);
  const std::size_t coalitions = values.size() / samples;
  RunningMoments value_moments{coalitions};
  RunningMoments dividend_moments{coalitions};
  for (std::size_t sample = 0; sample < samples; ++sample) {
    std::vector<double> table(values.begin() + static_cast<std::ptrdiff_t>(sample * coalitions),
                              values.begin() + static_cast<std::ptrdiff_t>((sample + 1) * coalitions));
    for (double& value : table) value = on_scale(value, scale);
    const auto game = in_convention(table, orientation, zero);
    value_moments.add(game);
    dividend_moments.add(dividends(game));
  }
  return {.value_mean = value_moments.mean(),
          .dividend_mean = dividend_moments.mean(),
          .dividend_standard_error = dividend_moments.standard_error()};
}

}  // namespace harsanyi
