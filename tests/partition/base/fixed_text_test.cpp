#include "partition/base/fixed_text.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(FixedText, HoldsATextAsFarAsItHasRoom) {
  EXPECT_STREQ(FixedText<8>{"node"}.c_str(), "node");
  EXPECT_STREQ(FixedText<4>{"node"}.c_str(), "nod");
  EXPECT_TRUE(FixedText<4>{}.empty());
  EXPECT_FALSE(FixedText<4>{"n"}.empty());
  EXPECT_EQ(FixedText<8>{"node"}, FixedText<8>{"node"});
  EXPECT_NE(FixedText<8>{"node"}, FixedText<8>{"nodes"});
}

TEST(WriteText, LeavesNoRoomAsItIs) {
  char byte = 'x';
  write_text({&byte, 0}, "text");
  EXPECT_EQ(byte, 'x');
  write_text({&byte, 1}, "text");
  EXPECT_EQ(byte, '\0');
}

}  // namespace
}  // namespace harsanyi
