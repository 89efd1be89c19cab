#include "partition/base/id.hpp"

#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(Id, OfOneThingIsNoIdOfAnother) {
  static_assert(!std::is_convertible_v<LayerId, PlayerId>);
  static_assert(!std::is_convertible_v<int, LayerId>);
  EXPECT_EQ(LayerId{3}.index(), 3);
  EXPECT_LT(LayerId{3}, LayerId{4});
}

TEST(Range, IteratesOverItsElementsAndIsHalfOpen) {
  const LayerRange range{2, 5};
  std::vector<LayerId> seen;
  for (const LayerId layer : range) seen.push_back(layer);
  EXPECT_EQ(seen, (std::vector{LayerId{2}, LayerId{3}, LayerId{4}}));
  EXPECT_EQ(range.size(), 3);
  EXPECT_TRUE(range.contains(LayerId{2}));
  EXPECT_FALSE(range.contains(LayerId{5}));
  EXPECT_TRUE((LayerRange{4, 4}).empty());
}

}  // namespace
}  // namespace harsanyi
