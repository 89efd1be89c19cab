#pragma once

#include <vector>

#include "partition/base/id.hpp"
#include "partition/game/coalition.hpp"

namespace harsanyi {

/// Which query heads belong to which player: player g = KV group g = query heads g*r ... g*r+r-1, r = H /
/// H_kv (GAC, section 5.1). The numbers come from the model's config, never from the paper's "eight".
struct PlayerLayout {
  int query_heads = 0;
  int players = 0;  ///< = key/value heads

  /// @throws GameError  if the heads do not divide evenly or there are no players or more than kMaxPlayers.
  [[nodiscard]] static PlayerLayout from_heads(int query_heads, int kv_heads);

  [[nodiscard]] int heads_per_player() const noexcept { return query_heads / players; }
  [[nodiscard]] PlayerId player_of(int query_head) const noexcept {
    return {query_head / heads_per_player()};
  }
  /// Query heads of all members, ascending.
  [[nodiscard]] std::vector<int> heads_of(Coalition members) const;
};

}  // namespace harsanyi
