#include "partition/base/nearest_name.hpp"

#include <ctime>
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

// Of all its bytes that would take some minutes.
TEST(NearestName, OfANameWithoutEndIsFoundSoon) {
  const std::vector<std::string> names(2'000, "samples-of-calibration");
  const std::clock_t start = std::clock();
  EXPECT_EQ(nearest_name(std::string(1'000'000, 's'), names), names.front());
  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC);
}

TEST(NearestName, OfNothingIsEmpty) {
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace harsanyi
