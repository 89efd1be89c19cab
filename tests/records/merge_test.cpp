// Joining cubes and results files whose identities tests can choose; tests/integration/merge_test.py joins
// those that the program computed.

#include "orchestrator/records/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/job/layer_means.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A cube of some of the pools of `small_cube`, with the identity of a sweep over them.
CubeDescription cube_with(const std::vector<std::string>& benchmarks) {
  CubeDescription d = small_cube();
  const std::vector<SampleLabel> all = d.samples;
  d.samples.clear();
  std::vector<int> pools;
  for (const std::string& benchmark : benchmarks) {
    pools.push_back(0);
    d.identity.set("benchmark." + benchmark + ".rows", benchmark);
    for (const SampleLabel& sample : all)
      if (sample.benchmark == benchmark) {
        d.samples.push_back(sample);
        ++pools.back();
      }
  }
  d.plan = make_sweep_plan({.layers = 3, .players = 2, .pools = pools}, d.plan.sharding);
  return d;
}

/// Values that follow from the sample's row, wherever the sample stands.
Block block_of_rows(const CubeDescription& cube, const SweepUnit& unit) {
  Block block{unit.id, {}};
  for (auto layer = unit.layers.first; layer < unit.layers.last; ++layer)
    for (auto sample = unit.samples.first; sample < unit.samples.last; ++sample)
      for (auto coalition = unit.coalitions.first; coalition < unit.coalitions.last; ++coalition)
        block.values.push_back(
            value_at(layer, cube.samples[static_cast<std::size_t>(sample)].row, coalition));
  return block;
}

class MergeCubes : public testing::Test {
 protected:
  TempFolder folder_;

  /// @param wanted  which units are done
  std::filesystem::path write(const std::string& name, const CubeDescription& cube,
                              const std::function<bool(const SweepUnit&)>& wanted = {}) const {
    DividendCube::make(folder_ / name, cube, false, [&](DividendCube& made) {
      std::vector<Block> blocks;
      for (const SweepUnit& unit : cube.plan.units)
        if (!wanted || wanted(unit)) blocks.push_back(block_of_rows(cube, unit));
      made.store(blocks);
      if (!wanted) made.complete_with(layer_means(made));
    });
    return folder_ / name;
  }
  [[nodiscard]] std::string merge_error(std::vector<std::filesystem::path> parts) const {
    const std::string error = storage_error(
        [&] { static_cast<void>(merge_cubes({.out = folder_ / "merged.h5", .parts = std::move(parts)})); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / "merged.h5"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "merged.h5.partial"));
    return error;
  }
};

TEST_F(MergeCubes, GivesTheBytesOfTheWhole) {
  const auto whole = write("whole.h5", cube_with({"sst2", "trec"}));
  const auto low = write("low.h5", cube_with({"sst2", "trec"}),
                         [](const SweepUnit& unit) { return unit.layers.first == 0; });
  const auto high = write("high.h5", cube_with({"sst2", "trec"}),
                          [](const SweepUnit& unit) { return unit.layers.last == 3; });
  const auto provenance = DividendCube::open(whole).description().provenance;
  const MergeOutcome merged = merge_cubes({.out = folder_ / "merged.h5", .parts = {high, low}});
  EXPECT_EQ(merged.open, 0);
  EXPECT_EQ(merged.taken, merged.units);
  EXPECT_EQ(merged.shared, 0);
  const auto cube = DividendCube::open(folder_ / "merged.h5");
  const auto expected = DividendCube::open(whole);
  EXPECT_TRUE(cube.complete());
  EXPECT_EQ(cube.description().identity, expected.description().identity);
  for (const LayerId layer : LayerRange{0, 3})
    EXPECT_EQ(cube.layer_values(layer), expected.layer_values(layer));
  EXPECT_EQ(cube.description().provenance.at("part_2.command"), provenance.at("command"));
}

TEST_F(MergeCubes, PutsBenchmarksSideBySide) {
  const auto whole = write("whole.h5", cube_with({"sst2", "trec"}));
  const auto first = write("first.h5", cube_with({"sst2"}));
  const auto second = write("second.h5", cube_with({"trec"}));
  static_cast<void>(merge_cubes({.out = folder_ / "merged.h5", .parts = {first, second}}));
  const auto cube = DividendCube::open(folder_ / "merged.h5");
  const auto expected = DividendCube::open(whole);
  EXPECT_EQ(cube.description().identity.digest(), expected.description().identity.digest());
  for (const LayerId layer : LayerRange{0, 3})
    EXPECT_EQ(cube.layer_values(layer), expected.layer_values(layer));
  EXPECT_EQ(cube.description().samples.back().benchmark, "trec");
}

TEST_F(MergeCubes, KeepsWhatWasMeasured) {
  CubeDescription description = cube_with({"sst2"});
  for (std::size_t i = 0; i < description.plan.units.size(); ++i)
    description.unit_flops.push_back(1000.0 * static_cast<double>(i));
  DividendCube::make(folder_ / "a.h5", description, false, [&](DividendCube& cube) {
    for (const SweepUnit& unit : description.plan.units) {
      Block block = block_of_rows(description, unit);
      block.profile = UnitProfile{.rank = 1 + unit.id.value};
      cube.store(std::span{&block, 1});
    }
    cube.add_to_profile(RunSeconds{});
  });
  static_cast<void>(merge_cubes({.out = folder_ / "merged.h5", .parts = {folder_ / "a.h5"}}));
  const auto profile = DividendCube::open(folder_ / "merged.h5").profile();
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->unit_flops, description.unit_flops);
  for (std::size_t i = 0; i < profile->units.size(); ++i)
    EXPECT_EQ(profile->units[i]->rank, 1 + static_cast<int>(i));
}

TEST_F(MergeCubes, RefusesOtherFactsOfTheExperimentAndOfABenchmark) {
  const auto first = write("first.h5", cube_with({"sst2"}));
  CubeDescription other = cube_with({"trec"});
  other.identity.set("numerics.device", "abacus");
  EXPECT_THAT(merge_error({first, write("second.h5", other)}),
              AllOf(HasSubstr("numerics.device: absent here, abacus in the other"), HasSubstr("last bits")));
  other = cube_with({"sst2"});
  other.identity.set("benchmark.sst2.rows", "others");
  EXPECT_THAT(merge_error({first, write("third.h5", other)}), HasSubstr("benchmark.sst2.rows"));
}

TEST_F(MergeCubes, RefusesBenchmarksThatStopEarlyTogether) {
  CubeDescription first = cube_with({"sst2"});
  CubeDescription second = cube_with({"trec"});
  for (CubeDescription* cube : {&first, &second}) {
    cube->stopping.kind = Stopping::elimination;
    cube->stopping.first_samples = 8;  // more than there are: a single round
    cube->stopping.growth = 2.0;
  }
  EXPECT_THAT(merge_error({write("first.h5", first), write("second.h5", second)}), HasSubstr("stops early"));
}

TEST_F(MergeCubes, RefusesAUnitThatOnePartComputedAndAnotherDidNotNeed) {
  const CubeDescription description = cube_with({"sst2"});
  const auto first = write("first.h5", description);
  write("second.h5", description, [](const SweepUnit& unit) { return unit.id.value > 0; });
  auto second = DividendCube::open_or_create(folder_ / "second.h5", description);
  second.mark_not_needed(std::vector{UnitId{0}});
  EXPECT_THAT(merge_error({first, folder_ / "second.h5"}), HasSubstr("not needed"));
}

TEST_F(MergeCubes, RefusesGapsByName) {
  const auto part =
      write("part.h5", cube_with({"sst2"}), [](const SweepUnit& unit) { return unit.id.value > 1; });
  EXPECT_THAT(merge_error({part}), AllOf(HasSubstr("lack 2 of"), HasSubstr("unit 0 (layers 0-1"),
                                         HasSubstr("unit 1 ("), Not(HasSubstr("unit 2 ("))));
}

}  // namespace
}  // namespace harsanyi::test
