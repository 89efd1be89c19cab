#include "partition/game/player_layout.hpp"

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

PlayerLayout PlayerLayout::from_heads(int query_heads, int kv_heads) {
  if (query_heads < 1 || kv_heads < 1)
    throw GameError{
        fmt::format("no game with {} query heads and {} key/value heads: both must be at least 1; check the "
                    "model's config",
                    query_heads, kv_heads)};
  if (query_heads % kv_heads != 0)
    throw GameError{
        fmt::format("{} query heads do not divide evenly among {} key/value heads, so players would differ "
                    "in size; check "
                    "the model's config",
                    query_heads, kv_heads)};
  if (kv_heads > kMaxPlayers)
    throw GameError{fmt::format(
        "{} key/value heads make {} players, and a full table has 2^players coalitions per layer; at most {} "
        "players are supported",
        kv_heads, kv_heads, kMaxPlayers)};
  return {.query_heads = query_heads, .players = kv_heads};
}

std::vector<int> PlayerLayout::heads_of(Coalition members) const {
  std::vector<int> heads;
  for (int head = 0; head < query_heads; ++head)
    if (members.contains(player_of(head))) heads.push_back(head);
  return heads;
}

}  // namespace harsanyi
