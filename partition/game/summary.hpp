#pragma once

#include <span>
#include <vector>

#include "partition/game/conventions.hpp"
#include "partition/game/dividends.hpp"

namespace harsanyi {

/// Means of one layer's game over the samples, in the convention they were summarised in (GAC, section 3.3;
/// spec gac.md section 5).
struct LayerSummary {
  std::vector<double> value_mean;               ///< [2^n]
  std::vector<double> dividend_mean;            ///< [2^n]
  std::vector<double> dividend_standard_error;  ///< [2^n], sd / sqrt(samples); NaN for one sample
  int samples = 0;                              ///< that the means are over
};

/// @param values  [samples, 2^n] of one layer, by *present* coalitions, row-major
/// @param scale   every value is taken on this scale first
/// @param gaps    kept: means of what one sample lacks are NaN
/// Sums run in sample order, so the bits do not depend on who computed what, or when.
/// @throws GameError  as `dividends`; also if there is no sample.
[[nodiscard]] LayerSummary summarise_layer(std::span<const double> values, int players,
                                           Orientation orientation, ZeroRule zero,
                                           ValueScale scale = ValueScale::measured,
                                           Gaps gaps = Gaps::refused);

/// The dividends of every sample, which `summarise_layer` takes the mean of: [samples, 2^n], row-major.
/// Parameters and errors as there.
[[nodiscard]] std::vector<double> sample_dividends(std::span<const double> values, int players,
                                                   Orientation orientation, ZeroRule zero,
                                                   ValueScale scale = ValueScale::measured,
                                                   Gaps gaps = Gaps::refused);

}  // namespace harsanyi
