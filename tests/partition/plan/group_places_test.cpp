#include "partition/plan/group_places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(GroupPlaces, OfOneSizeFillTheJob) {
  EXPECT_THAT(place_groups(6, {{2, 1.0}}),
              ElementsAre(WorkerPlace{0, 2}, WorkerPlace{2, 2}, WorkerPlace{4, 2}));
}

TEST(GroupPlaces, OfSeveralSizesFollowTheCost) {
  // One of four and four of one; the large model has three times the cost of the small one.
  EXPECT_THAT(place_groups(8, {{1, 1.0}, {4, 3.0}}),
              ElementsAre(WorkerPlace{0, 4}, WorkerPlace{4, 1}, WorkerPlace{5, 1}, WorkerPlace{6, 1},
                          WorkerPlace{7, 1}));
  // A hundred times: a second group of four, as soon as there is room.
  EXPECT_EQ(place_groups(9, {{1, 1.0}, {4, 100.0}}).at(1), (WorkerPlace{4, 4}));
}

TEST(GroupPlaces, LeaveNoRankOver) {
  const auto places = place_groups(16, {{4, 9.0}, {6, 1.0}});  // 4 + 6 + 6, not 4 + 4 + 6 with two over
  EXPECT_THAT(places, ElementsAre(WorkerPlace{0, 6}, WorkerPlace{6, 6}, WorkerPlace{12, 4}));
}

TEST(GroupPlaces, RefuseAJobThatTheyDoNotFill) {
  const auto refusal = [](int ranks, std::vector<GroupWish> wishes, const char* text) {
    EXPECT_THAT([&] { (void)place_groups(ranks, wishes); }, ThrowsMessage<PlanError>(HasSubstr(text)));
  };
  refusal(4, {{3, 1.0}}, "4 ranks cannot form worker groups of 3 (--tensor-parallel); start 3 or 6 ranks");
  refusal(1, {{3, 1.0}}, "start 3 ranks");
  refusal(7, {{2, 1.0}, {4, 1.0}}, "groups of 4 and 2 (--tensor-parallel); start 6 or 8 ranks");
  refusal(4, {{1, 1.0}, {4, 1.0}}, "start 5 ranks");
}

}  // namespace
}  // namespace harsanyi
