#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

RowChoice draw(int at_most, std::uint64_t seed) {
  return {.at_most = at_most, .shuffled = true, .seed = seed};
}

TEST(ChooseRows, InFileOrderTakesTheFirstOnes) {
  EXPECT_EQ(choose_rows(5, {.at_most = 3}), (std::vector{0, 1, 2}));
  EXPECT_EQ(choose_rows(3, {}), (std::vector{0, 1, 2}));
  EXPECT_EQ(choose_rows(2, {.at_most = 7}), (std::vector{0, 1}));
}

TEST(ChooseRows, DrawsEveryRowAtMostOnce) {
  std::vector<int> all = choose_rows(1000, draw(1000, 42));
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

TEST(ChooseRows, ASmallerDrawIsTheBeginningOfALargerOne) {
  const auto large = choose_rows(500, draw(300, 7));
  const auto small = choose_rows(500, draw(20, 7));
  EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
}

TEST(ChooseRows, HeldOutRowsAndTheOthersShareNoRowAndMissNone) {
  RowChoice others;
  others.seed = 7;
  others.hold_out = 30;
  RowChoice held = others;
  held.held_out = HeldOut::alone;
  std::vector<int> both = choose_rows(100, held);
  EXPECT_EQ(both, choose_rows(100, draw(30, 7))) << "held-out rows are an ordinary draw";
  const std::vector<int> rest = choose_rows(100, others);
  EXPECT_TRUE(std::is_sorted(rest.begin(), rest.end()));
  both.insert(both.end(), rest.begin(), rest.end());
  std::sort(both.begin(), both.end());
  EXPECT_EQ(both, choose_rows(100, {}));
  held.at_most = 5;
  held.shuffled = true;
  EXPECT_EQ(choose_rows(100, held), choose_rows(100, draw(5, 7)));
  EXPECT_THROW((void)choose_rows(30, others), BenchmarkError);
}

TEST(ChooseRows, DependsOnTheSeed) {
  EXPECT_NE(choose_rows(1000, draw(10, 1)), choose_rows(1000, draw(10, 2)));
}

// Computed by an independent mt19937-64 in Python (docs/decisions/row-choice.md); guards every recorded
// experiment.
TEST(ChooseRows, GivesTheSameRowsOnEveryPlatform) {
  EXPECT_EQ(choose_rows(1000, draw(8, 42)), (std::vector<int>{406, 249, 958, 58, 897, 478, 780, 505}));
}

TEST(ChooseRows, IsUniform) {
  std::array<int, 5> count{};
  for (std::uint64_t seed = 0; seed < 10000; ++seed)
    ++count[static_cast<std::size_t>(choose_rows(5, draw(1, seed))[0])];
  for (const int n : count) EXPECT_NEAR(n, 2000, 200);  // five standard deviations
}

TEST(ChooseRows, OfNoRowsIsEmpty) {
  EXPECT_TRUE(choose_rows(0, draw(3, 42)).empty());
}

TEST(ChooseRows, RefusesToChooseNothing) {
  EXPECT_THROW((void)choose_rows(5, {.at_most = 0}), BenchmarkError);
  EXPECT_THROW((void)choose_rows(5, draw(-1, 42)), BenchmarkError);
}

}  // namespace
}  // namespace harsanyi
