#include "orchestrator/report/experiment_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

using Row = std::vector<std::string>;

bool holds(const Table& table, const Row& row) {
  return std::find(table.rows.begin(), table.rows.end(), row) != table.rows.end();
}

CubeDescription cube() {
  CubeDescription cube;
  cube.plan = make_sweep_plan({30, 3, {12}}, {5, 8, 4});
  cube.layout = PlayerLayout::from_heads(9, 3);
  cube.identity.set("weights", "12ab");
  cube.provenance = {{"ranks", "2"}};
  return cube;
}

TEST(ExperimentTable, ListsShapeConventionsIdentityAndProvenanceOfTheCube) {
  const CubeDescription description = cube();
  const Table table = experiment_table({.cubes = {&description}});
  EXPECT_TRUE(holds(table, {"cube", "shape", "layers", "30"}));
  EXPECT_TRUE(holds(table, {"cube", "shape", "samples", "12"}));
  EXPECT_TRUE(holds(table, {"cube", "convention", "mask", "undifferentiated"}));
  EXPECT_TRUE(holds(table, {"cube", "convention", "epsilon", "1e-05"}));
  EXPECT_TRUE(holds(table, {"cube", "convention", "value", "label_set"}));
  EXPECT_TRUE(holds(table, {"cube", "identity", "weights", "12ab"}));
  EXPECT_TRUE(holds(table, {"cube", "identity", "digest", description.identity.digest()}));
  EXPECT_TRUE(holds(table, {"cube", "provenance", "ranks", "2"}));
}

TEST(ExperimentTable, LeavesOutTheFactorThatDroppingIgnores) {
  CubeDescription description = cube();
  description.mask = MaskKind::drop;
  EXPECT_FALSE(
      holds(experiment_table({.cubes = {&description}}), {"cube", "convention", "epsilon", "1e-05"}));
}

TEST(ExperimentTable, ListsGroupsAndResults) {
  SalientGroups groups;
  groups.rule = SelectionRule::common_of_positive;
  groups.cube_digest = "c0ffee";
  ResultsDescription results;
  results.identity.set("alpha", "0.1");
  const Table table = experiment_table({.groups = {&groups}, .results = {&results}});
  EXPECT_TRUE(holds(table, {"groups", "convention", "selection rule", "common_of_positive"}));
  EXPECT_TRUE(holds(table, {"groups", "identity", "cube digest", "c0ffee"}));
  EXPECT_TRUE(holds(table, {"results", "identity", "alpha", "0.1"}));
  EXPECT_TRUE(
      std::none_of(table.rows.begin(), table.rows.end(), [](const Row& row) { return row[0] == "cube"; }));
  EXPECT_NO_THROW(require_rectangular(table));
}

TEST(ExperimentTable, OfNothingIsEmpty) {
  EXPECT_TRUE(experiment_table({}).rows.empty());
}

}  // namespace
}  // namespace harsanyi
