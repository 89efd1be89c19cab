#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "partition/game/coalition.hpp"
#include "partition/game/conventions.hpp"
#include "partition/game/dividends.hpp"
#include "partition/game/player_layout.hpp"

namespace harsanyi {

/// The salient group of one layer.
struct SalientGroup {
  Coalition members;      ///< bits in the orientation of the table it was chosen from
  double dividend = 0.0;  ///< its mean dividend, in the unit of the value scale
  double margin = 0.0;    ///< distance to the runner-up's mean dividend; 0 for common_of_positive; infinite
                          ///< where there is none, as for a single player
};

/// Chooses from the mean dividends of one layer.
/// max_dividend: arg-max over S != {}; ties: smaller |S|, then smaller mask (GAC, Eq. 7).
/// max_dividend_with_empty: arg-max over all S; ties: smaller mask (released get_salient_group.py:147-152).
/// common_of_positive: largest Si & Sj over distinct pairs of non-empty coalitions with positive dividend,
/// ties by larger w(Si)+w(Sj), then smaller mask; with a single such coalition that one; with none the empty
/// group (GAC, Eq. 8).
/// @param mean_dividends  [2^n], n >= 1
/// @param gaps  kept: a NaN is no candidate, as a sweep that stops early leaves it of coalitions that were
/// out
/// @throws GameError  if the length is no such power of two, an entry is infinite or a NaN that is refused,
/// or the rule finds no candidate
[[nodiscard]] SalientGroup salient_group(std::span<const double> mean_dividends, SelectionRule rule,
                                         Gaps gaps = Gaps::refused);

/// The players that GAC calibrates in a layer with salient group `group` of `players` players.
[[nodiscard]] Coalition edited_players(Coalition group, EditedHeads edited, int players);

/// The salient groups of a model, with the conventions they were chosen under: what a groups file holds.
struct SalientGroups {
  PlayerLayout layout;
  std::vector<SalientGroup> layers;  ///< one per layer
  SelectionRule rule = SelectionRule::max_dividend;
  Orientation orientation = Orientation::present;
  ZeroRule zero = ZeroRule::none;
  EditedHeads edited = EditedHeads::outside_group;
  ValueScale scale = ValueScale::measured;
  std::vector<std::string> benchmarks;  ///< whose samples entered the means
  std::string cube_digest;              ///< identity digest of the cube they come from
  std::string weights_digest;           ///< of the model they belong to; evaluation refuses another model

  /// Query heads to calibrate in `layer`, ascending. @throws GameError  if there is no such layer.
  [[nodiscard]] std::vector<int> edited_heads(LayerId layer) const;
};

}  // namespace harsanyi
