#include "partition/base/nearest_name.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("sample", "samples"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(EditDistance, IsSymmetric) {
  EXPECT_EQ(edit_distance("epsilon", "option"), edit_distance("option", "epsilon"));
}

TEST(NearestName, IsTheFirstOfTheClosest) {
  const std::vector<std::string> names{"sst5", "sst2", "mr"};
  EXPECT_EQ(nearest_name("sst2", names), "sst2");
  EXPECT_EQ(nearest_name("sst", names), "sst5");
  EXPECT_EQ(nearest_name("m", names), "mr");
}

TEST(NearestName, OfNothingIsEmpty) {
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace harsanyi
