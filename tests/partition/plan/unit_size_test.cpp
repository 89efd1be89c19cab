#include "partition/plan/unit_size.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using testing::HasSubstr;

/// Llama-3.1-8B and eight classification sets.
const GameShape kLarge{.layers = 32, .players = 8, .pools = {872, 900, 900, 900, 900, 500, 56, 900}};

UnitSize chosen(const GameShape& shape, const UnitSizeRequest& request) {
  return choose_unit_size(shape, SampleRounds{shape.pools}, request);
}

std::int64_t units_of(const GameShape& shape, const Sharding& sharding) {
  return std::ssize(make_sweep_plan(shape, sharding).units);
}

TEST(UnitSize, IsLargeForFewGroups) {
  EXPECT_EQ(chosen(kLarge, {.worker_groups = 1}).sharding, (Sharding{2, 64, 16}));
  EXPECT_EQ(chosen(kLarge, {.worker_groups = 376}).sharding, (Sharding{2, 64, 16}));
}

TEST(UnitSize, HasFewerLayersAndThenFewerCoalitionsForMoreGroups) {
  EXPECT_EQ(chosen(kLarge, {.worker_groups = 377}).sharding, (Sharding{1, 64, 16}));
  EXPECT_EQ(chosen(kLarge, {.worker_groups = 1000}).sharding, (Sharding{1, 32, 16}));
  EXPECT_EQ(chosen(kLarge, {.worker_groups = 4096}).sharding, (Sharding{1, 8, 16}));
}

TEST(UnitSize, GivesEveryGroupEnoughUnitsAndNoMoreThanTwiceThat) {
  for (int groups = 400; groups <= 10'000; groups += 97) {
    const std::int64_t units = units_of(kLarge, chosen(kLarge, {.worker_groups = groups}).sharding);
    EXPECT_GE(units, kUnitsPerGroup * groups) << groups;
    EXPECT_LT(units, 2 * kUnitsPerGroup * groups) << groups;
  }
}

TEST(UnitSize, OfTooManyGroupsIsTheSmallestAndSaysSo) {
  const UnitSize size = chosen(kLarge, {.worker_groups = 1'000'000});
  EXPECT_EQ(size.sharding, (Sharding{1, 4, 16}));
  EXPECT_THAT(size.reason, HasSubstr("0.8 units each, and 64 would keep all busy to the end"));
  EXPECT_THAT(chosen(kLarge, {.worker_groups = 8}).reason,
              testing::EndsWith("8 worker groups: 3008 units each"));
}

TEST(UnitSize, OfAModelWithMoreLayersIsCutStepByStep) {
  const GameShape shape{.layers = 80, .players = 8, .pools = {300}};
  EXPECT_EQ(chosen(shape, {.worker_groups = 1}).sharding.layers, 5);
  EXPECT_EQ(chosen(shape, {.worker_groups = 30}).sharding.layers, 3);
  EXPECT_EQ(chosen(shape, {.worker_groups = 40}).sharding.layers, 2);
}

TEST(UnitSize, KeepsWhatIsGiven) {
  const UnitSize all = chosen(kLarge, {.given = {4, 100, 8}, .worker_groups = 4096});
  EXPECT_EQ(all.sharding, (Sharding{4, 100, 8}));
  EXPECT_EQ(all.reason, "as given");
  const Sharding some = chosen(kLarge, {.given = {4, 0, 0}, .worker_groups = 4096}).sharding;
  EXPECT_EQ(some, (Sharding{4, 4, 16}));
}

TEST(UnitSize, OfACubeIsContinuedForAnyNumberOfGroups) {
  for (const int groups : {1, 4096}) {
    const UnitSize size = chosen(kLarge, {.recorded = Sharding{3, 17, 5}, .worker_groups = groups});
    EXPECT_EQ(size.sharding, (Sharding{3, 17, 5}));
    EXPECT_EQ(size.reason, "as the cube has them");
  }
}

TEST(UnitSize, GivenAgainstACubesStays) {
  const Sharding sharding = chosen(kLarge, {.given = {1, 0, 0}, .recorded = Sharding{3, 17, 5}}).sharding;
  EXPECT_EQ(sharding, (Sharding{1, 17, 5})) << "the cube then refuses it, and says what differs";
}

TEST(UnitSize, CountsTheFirstRoundWhereSamplesComeInRounds) {
  const SampleRounds rounds{kLarge.pools, 24, 1.5};
  const UnitSizeRequest request{.worker_groups = 400, .layers_stop_alone = true};
  EXPECT_EQ(chosen(kLarge, request).sharding, (Sharding{1, 2, 16}));
  EXPECT_EQ(choose_unit_size(kLarge, rounds, request).sharding, (Sharding{1, 2, 16}));
}

TEST(UnitSize, IsACoalitionOfFewWhereTheyDropOut) {
  const GameShape shape{.layers = 4, .players = 3, .pools = {100}};
  EXPECT_EQ(chosen(shape, {.layers_stop_alone = true}).sharding, (Sharding{1, 1, 16}));
}

TEST(UnitSize, OfFewPlayersHasAllCoalitions) {
  const GameShape shape{.layers = 4, .players = 2, .pools = {100}};
  EXPECT_EQ(chosen(shape, {.worker_groups = 100}).sharding.coalitions, 4);
}

TEST(UnitSize, RefusesWhatCannotBeCut) {
  EXPECT_THROW((void)chosen(kLarge, {.worker_groups = 0}), PlanError);
  EXPECT_THROW((void)chosen({.layers = 0, .players = 8, .pools = {10}}, {}), PlanError);
  EXPECT_THROW((void)chosen({.layers = 4, .players = 99, .pools = {10}}, {}), PlanError);
}

}  // namespace
}  // namespace harsanyi
