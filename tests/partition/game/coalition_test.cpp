#include "partition/game/coalition.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(Coalition, IsLabelledByItsPlayers) {
  EXPECT_EQ(label_of(Coalition{}), "{}");
  EXPECT_EQ(label_of(Coalition{0b101}), "{0,2}");
  EXPECT_EQ(label_of(Coalition{1U << 31}), "{31}");
}

TEST(Coalition, AndItsComplementShareNoPlayerAndHaveThemAll) {
  for (int players = 1; players <= 10; ++players)
    for (const Coalition s : CoalitionRange{0, coalition_count(players)}) {
      const Coalition rest = s.complement(players);
      EXPECT_EQ(s.bits() & rest.bits(), 0U);
      EXPECT_EQ(s.bits() | rest.bits(), Coalition::grand(players).bits());
      EXPECT_EQ(s.size() + rest.size(), players);
    }
}

TEST(Coalition, GainsAPlayer) {
  EXPECT_EQ(Coalition{0b001}.with(PlayerId{2}), Coalition{0b101});
  EXPECT_TRUE(Coalition{0b101}.contains(PlayerId{2}));
  EXPECT_FALSE(Coalition{0b101}.contains(PlayerId{1}));
}

}  // namespace
}  // namespace harsanyi
