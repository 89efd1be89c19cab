#include "orchestrator/report/groups_table.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using Row = std::vector<std::string>;

SalientGroups two_layers() {
  SalientGroups groups;
  groups.layout = PlayerLayout::from_heads(6, 3);
  groups.layers = {
      {.members = Coalition{0b101}, .dividend = 0.25, .margin = 0.0625},
      {.members = Coalition{0b111}, .dividend = 1.5, .margin = std::numeric_limits<double>::infinity()}};
  return groups;
}

LayerSummary errors(double error) {
  return {.value_mean = std::vector(8, 0.0),
          .dividend_mean = std::vector(8, 0.0),
          .dividend_standard_error = std::vector(8, error)};
}

TEST(GroupsTable, ListsMembersAndTheQueryHeadsOfTheOtherPlayers) {
  const Table table = groups_table(two_layers(), {});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"0", "{0,2}", "2 3", "0.2500", "0.0625"}));
  EXPECT_EQ(table.rows[1], (Row{"1", "{0,1,2}", "", "1.5000", ""}));
  EXPECT_NO_THROW(require_rectangular(table));
}

TEST(GroupsTable, AddsTheStandardErrorOfTheChosenDividend) {
  std::vector<LayerSummary> summaries{errors(0.5), errors(0.5)};
  summaries[0].dividend_standard_error[0b101] = 0.125;
  EXPECT_EQ(groups_table(two_layers(), summaries).rows[0][5], "0.1250");
  summaries[1].dividend_standard_error.assign(8, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(groups_table(two_layers(), summaries).rows[1][5], "");
}

TEST(GroupsTable, SaysHowManySamplesTheMeansOfALayerAreOver) {
  std::vector<LayerSummary> summaries{errors(0.5), errors(0.5)};
  summaries[0].samples = 300;
  summaries[1].samples = 54;
  const Table table = groups_table(two_layers(), summaries);
  EXPECT_EQ(table.columns.back(), "samples");
  EXPECT_EQ(table.rows[0].back(), "300");
  EXPECT_EQ(table.rows[1].back(), "54");
}

TEST(GroupsTable, SaysUnderWhichConventionsTheGroupsWereChosen) {
  SalientGroups groups = two_layers();
  groups.edited = EditedHeads::inside_group;
  const Table table = groups_table(groups, {});
  EXPECT_EQ(table.rows[0][2], "0 1 4 5");
  for (const char* word : {"max_dividend", "present", "none", "inside_group"})
    EXPECT_NE(table.note.find(word), std::string::npos) << word;
}

TEST(GroupsTable, RefusesTheCubeOfAnotherModel) {
  EXPECT_THROW((void)groups_table(two_layers(), std::vector{errors(0.5)}), ReportError);
  std::vector<LayerSummary> summaries{errors(0.5), errors(0.5)};
  summaries[1].dividend_standard_error.resize(4);
  EXPECT_THROW((void)groups_table(two_layers(), summaries), ReportError);
}

}  // namespace
}  // namespace harsanyi
