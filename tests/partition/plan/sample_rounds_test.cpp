#include "partition/plan/sample_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/plan/sweep_plan.hpp"

namespace harsanyi {
namespace {

TEST(SampleRounds, AreTheWorkedExampleOfTheirHeader) {
  EXPECT_EQ((SampleRounds{{300}, 24, 1.5}.of_largest_pool()),
            (std::vector<int>{24, 36, 54, 81, 122, 183, 274, 300}));
}

TEST(SampleRounds, AreOneForAPoolNoLargerThanTheFirst) {
  EXPECT_EQ((SampleRounds{{24, 3}, 24, 1.5}.count()), 1);
  EXPECT_EQ((SampleRounds{{300, 20}}.count()), 1);
}

TEST(SampleRounds, AlwaysEndHoweverSlowTheyGrow) {
  const SampleRounds rounds{{50}, 1, 1.0 + 1e-9};
  EXPECT_LE(rounds.count(), 50);
  EXPECT_EQ(rounds.samples(rounds.count() - 1), 50);
}

class EveryPoolSet : public testing::TestWithParam<std::vector<int>> {
 protected:
  SampleRounds rounds_{GetParam(), 8, 1.5};
};
INSTANTIATE_TEST_SUITE_P(Pools, EveryPoolSet,
                         testing::Values(std::vector<int>{300}, std::vector<int>{300, 300},
                                         std::vector<int>{120, 7, 300, 1}, std::vector<int>{1000}));

TEST_P(EveryPoolSet, EverySampleIsAddedInExactlyOneRound) {
  int all = 0;
  for (const int pool : GetParam()) all += pool;
  std::vector<int> added(static_cast<std::size_t>(all));
  for (int round = 0; round < rounds_.count(); ++round)
    for (std::size_t pool = 0; pool < rounds_.pools(); ++pool)
      for (const SampleId sample : rounds_.added(round, pool))
        ++added.at(static_cast<std::size_t>(sample.index()));
  EXPECT_EQ(added, std::vector<int>(added.size(), 1));
  EXPECT_EQ(rounds_.samples(rounds_.count() - 1), all);
}

TEST_P(EveryPoolSet, PoolsGiveTheSameShareUpToOneSample) {
  const int largest = *std::max_element(GetParam().begin(), GetParam().end());
  for (int round = 0; round < rounds_.count(); ++round) {
    const double share =
        rounds_.of_largest_pool()[static_cast<std::size_t>(round)] / static_cast<double>(largest);
    for (std::size_t pool = 0; pool < rounds_.pools(); ++pool) {
      const double exact = share * GetParam()[pool];
      EXPECT_GE(static_cast<double>(rounds_.known(round, pool).size()), exact - 1e-9);
      EXPECT_LT(static_cast<double>(rounds_.known(round, pool).size()), exact + 1.0);
    }
  }
}

TEST_P(EveryPoolSet, AUnitsSamplesAreOfOneRound) {
  const SweepPlan plan = make_sweep_plan({2, 2, GetParam()}, {1, 4, 5}, rounds_);
  for (const SweepUnit& unit : plan.units) {
    int rounds = 0;
    for (int round = 0; round < rounds_.count(); ++round)
      for (std::size_t pool = 0; pool < rounds_.pools(); ++pool) {
        const SampleRange added = rounds_.added(round, pool);
        rounds += added.first <= unit.samples.first && unit.samples.last <= added.last ? 1 : 0;
      }
    EXPECT_EQ(rounds, 1);
  }
}

TEST(SampleRounds, RefuseToBeginWithNothingOrNotToGrow) {
  EXPECT_THROW((SampleRounds{{300}, 0, 1.5}), PlanError);
  EXPECT_THROW((SampleRounds{{300}, 24, 1.0}), PlanError);
}

}  // namespace
}  // namespace harsanyi
