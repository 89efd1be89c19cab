#pragma once

#include <span>
#include <vector>

#include "partition/game/conventions.hpp"

namespace harsanyi {

/// What a NaN in a game, which marks a value that was not computed, does.
enum class Gaps {
  refused,  ///< it is an error
  kept,     ///< dividends that depend on it are NaN
};

/// Harsanyi dividends of one game: w(S) = sum over T in S of (-1)^(|S|-|T|) v(T)  (GAC, Eq. 2).
/// @param values  [2^n], indexed by Coalition::index(), in log-odds; entry 0 is the empty coalition.
/// @return        [2^n], same order and unit; its sum is v(grand) up to rounding (efficiency).
/// @throws GameError  if the length is no power of two, or a value is infinite or a NaN that is refused. Cost
/// n*2^(n-1) subtractions.
[[nodiscard]] std::vector<double> dividends(std::span<const double> values, Gaps gaps = Gaps::refused);

/// v(T) = sum over S in T of w(S)  (GAC, Eq. 6): the inverse of `dividends`, with its shapes and errors.
[[nodiscard]] std::vector<double> values_of(std::span<const double> dividends);

/// The value table as another convention reads it. Input: by *present* coalitions, v(empty) as measured.
/// `masked` reverses the table: entry B = v(grand \ B). `ZeroRule::code` then sets entry 0 to 0.
/// (spec gac.md section 4; the dividends of the result are the dividends of that convention.)
/// @throws GameError  as `dividends`
[[nodiscard]] std::vector<double> in_convention(std::span<const double> values, Orientation orientation,
                                                ZeroRule zero, Gaps gaps = Gaps::refused);

/// [2^n] the values, by *present* coalitions, that the dividends of some coalitions of a convention depend
/// on.
/// @param coalitions  [2^n]
[[nodiscard]] std::vector<bool> needed_values(std::vector<bool> coalitions, Orientation orientation,
                                              ZeroRule zero);

}  // namespace harsanyi
