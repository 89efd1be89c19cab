#include "partition/game/player_layout.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

struct Heads {
  int query;
  int kv;
};

// Llama-3.1-8B, Qwen2.5-14B, Qwen2.5-7B, Qwen2.5-0.5B and SmolLM2-135M (spec gac.md section 10, test 6).
class EveryHeadCount : public testing::TestWithParam<Heads> {};
INSTANTIATE_TEST_SUITE_P(Models, EveryHeadCount,
                         testing::Values(Heads{32, 8}, Heads{40, 8}, Heads{28, 4}, Heads{14, 2},
                                         Heads{9, 3}));

TEST_P(EveryHeadCount, PlayerGHoldsItsConsecutiveQueryHeads) {
  const auto layout = PlayerLayout::from_heads(GetParam().query, GetParam().kv);
  const int r = GetParam().query / GetParam().kv;
  EXPECT_EQ(layout.players, GetParam().kv);
  for (int g = 0; g < layout.players; ++g) {
    std::vector<int> expected;
    for (int head = g * r; head < (g + 1) * r; ++head) expected.push_back(head);
    EXPECT_EQ(layout.heads_of(Coalition{}.with(PlayerId{g})), expected);
    for (const int head : expected) EXPECT_EQ(layout.player_of(head), PlayerId{g});
  }
}

TEST_P(EveryHeadCount, HeadsOfACoalitionAndOfItsComplementAreAllHeads) {
  const auto layout = PlayerLayout::from_heads(GetParam().query, GetParam().kv);
  for (const Coalition s : CoalitionRange{0, coalition_count(layout.players)}) {
    const auto inside = layout.heads_of(s);
    const auto outside = layout.heads_of(s.complement(layout.players));
    EXPECT_EQ(static_cast<int>(inside.size() + outside.size()), layout.query_heads);
    EXPECT_EQ(static_cast<int>(inside.size()), s.size() * layout.heads_per_player());
  }
}

TEST(PlayerLayout, RefusesHeadsThatAreNoGame) {
  EXPECT_THROW((void)PlayerLayout::from_heads(9, 2), GameError);
  EXPECT_THROW((void)PlayerLayout::from_heads(2, 4), GameError);
  EXPECT_THROW((void)PlayerLayout::from_heads(0, 1), GameError);
  EXPECT_THROW((void)PlayerLayout::from_heads(8, 0), GameError);
  EXPECT_THROW((void)PlayerLayout::from_heads(8, -8), GameError);
  EXPECT_THROW((void)PlayerLayout::from_heads(34, 17), GameError);
}

}  // namespace
}  // namespace harsanyi
