#include "orchestrator/report/profile_table.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

using Row = std::vector<std::string>;

UnitProfile unit_of(int rank, double products, double other, double waiting) {
  UnitProfile unit{.rank = rank};
  unit.seconds[Activity::products] = products;
  unit.seconds[Activity::other] = other;
  unit.seconds[Activity::waiting] = waiting;
  return unit;
}

SweepProfile two_ranks() {
  SweepProfile profile;
  profile.units = {unit_of(1, 2.0, 0.5, 0.5), unit_of(0, 1.0, 0.0, 1.0), std::nullopt,
                   unit_of(1, 1.0, 0.5, 0.5)};
  profile.unit_flops = {4e9, 3e9, 100e9, 2e9};
  profile.run[RunPart::wall] = 6.0;
  profile.run[RunPart::idle] = 2.0;
  profile.run[RunPart::failed] = 1.0;
  return profile;
}

TEST(ProfileTable, AddsUpTheUnitsOfEveryRank) {
  const Table table = profile_table(two_ranks());
  EXPECT_EQ(table.columns, (Row{"rank", "units", "products s", "attention s", "rows s", "other s",
                                "waiting s", "useful GFLOP", "GFLOP/s"}));
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_EQ(table.rows[0], (Row{"0", "1", "1.000", "0.000", "0.000", "0.000", "1.000", "3.00", "3.00"}));
  EXPECT_EQ(table.rows[1], (Row{"1", "2", "3.000", "0.000", "0.000", "1.000", "1.000", "6.00", "1.50"}));
  EXPECT_EQ(table.rows[2], (Row{"all", "3", "4.000", "0.000", "0.000", "1.000", "2.000", "9.00", "1.80"}));
}

TEST(ProfileTable, ShowsSumsOverGroupsWhereThereAreGroups) {
  SweepProfile profile = two_ranks();
  profile.units.front()->seconds[Activity::group] = 10.0;
  const Table table = profile_table(profile);
  EXPECT_EQ(table.columns.at(7), "group s");
  EXPECT_EQ(table.rows.at(1).at(7), "10.000");
  EXPECT_EQ(table.rows.back().at(7), "50.0");
}

TEST(ProfileTable, GivesTheSharesOfAllTheTimeThatWorkersHad) {
  const Table table = profile_table(two_ranks());  // 7 s in units and before them, 2 s idle, 1 s failed
  EXPECT_EQ(table.rows.back(), (Row{"% of time", "", "40.0", "0.0", "0.0", "10.0", "20.0", "", ""}));
}

TEST(ProfileTable, SaysWhatWasNotMeasured) {
  EXPECT_NE(profile_table(two_ranks()).note.find("1 of 4 units were not measured"), std::string::npos);
  EXPECT_NE(profile_text(two_ranks()).find("2.000 s idle"), std::string::npos);
}

TEST(ProfileTable, OfManyRanksShowsTheSlowest) {
  SweepProfile profile;
  for (int rank = 0; rank < 40; ++rank) {
    profile.units.push_back(unit_of(rank, rank == 25 ? 8.0 : 1.0, 0.0, 0.0));
    profile.unit_flops.push_back(1e9);
  }
  const Table table = profile_table(profile);
  EXPECT_EQ(table.rows.size(), 16U + 2U);
  EXPECT_EQ(table.rows.front().front(), "25");
  EXPECT_NE(table.note.find("16 slowest of 40 ranks"), std::string::npos);
}

TEST(ProfileTable, UnknownOperationsCountAsNone) {
  SweepProfile profile = two_ranks();
  profile.unit_flops.assign(4, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(profile_table(profile).rows.front().back(), "0.00");
}

}  // namespace
}  // namespace harsanyi
