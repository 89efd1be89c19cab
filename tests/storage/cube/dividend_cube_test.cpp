#include "storage/cube/dividend_cube.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Turns a cube of today into one of an older version.
void make_version(const std::filesystem::path& path, int minor) {
  const auto file = hdf5::open_file(path, hdf5::Access::read_write);
  for (const char* name : {"unit_seconds", "unit_rank", "unit_flops", "run_seconds"})
    ASSERT_GE(H5Ldelete(file.get(), name, H5P_DEFAULT), 0) << name;
  ASSERT_GE(H5Adelete(file.get(), "format_minor"), 0);
  hdf5::write_integer(file.get(), "format_minor", minor);
}

class Cube : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "cube.h5";
  CubeDescription description_ = small_cube();
  std::vector<Block> blocks_ = all_blocks(description_.plan);

  [[nodiscard]] DividendCube open_writer() const { return DividendCube::open_or_create(file_, description_); }
};

TEST_F(Cube, ReturnsEveryValueThatWasStored) {
  open_writer().store(blocks_);
  const auto cube = DividendCube::open(file_);
  const auto& shape = description_.plan.shape;
  for (const auto layer : LayerRange{0, shape.layers}) {
    const auto values = cube.layer_values(layer);
    ASSERT_EQ(values.size(), static_cast<std::size_t>(shape.samples() * shape.coalitions()));
    for (std::int64_t i = 0; i < std::ssize(values); ++i)
      EXPECT_EQ(values[static_cast<std::size_t>(i)],
                value_at(layer.index(), i / shape.coalitions(), i % shape.coalitions()));
  }
}

TEST_F(Cube, ReturnsItsDescription) {
  static_cast<void>(open_writer());
  const auto cube = DividendCube::open(file_);
  const auto& read = cube.description();
  EXPECT_EQ(read.identity, description_.identity);
  EXPECT_EQ(read.provenance, description_.provenance);
  EXPECT_EQ(read.mask, description_.mask);
  EXPECT_EQ(read.epsilon, description_.epsilon);
  EXPECT_EQ(read.value, description_.value);
  EXPECT_EQ(read.layout.query_heads, description_.layout.query_heads);
  EXPECT_EQ(read.plan.shape.pools, description_.plan.shape.pools);
  EXPECT_EQ(read.plan.sharding.samples, description_.plan.sharding.samples);
  ASSERT_EQ(read.plan.units.size(), description_.plan.units.size());
  for (std::size_t i = 0; i < read.plan.units.size(); ++i) {
    EXPECT_EQ(read.plan.units[i].layers, description_.plan.units[i].layers);
    EXPECT_EQ(read.plan.units[i].samples, description_.plan.units[i].samples);
    EXPECT_EQ(read.plan.units[i].coalitions, description_.plan.units[i].coalitions);
  }
  ASSERT_EQ(read.samples.size(), 7U);
  EXPECT_EQ(read.samples[5].benchmark, "trec");
  EXPECT_EQ(read.samples[5].row, 15);
  EXPECT_EQ(read.samples[5].gold, 1);
  EXPECT_EQ(read.samples[5].tokens, 35);
}

TEST_F(Cube, OnlyStoredUnitsAreDoneAndTheRestIsNaN) {
  {
    auto cube = open_writer();
    cube.store(std::span{blocks_}.subspan(1, 2));
  }
  const auto cube = DividendCube::open(file_);
  const auto done = cube.done();
  EXPECT_EQ(std::count(done.begin(), done.end(), true), 2);
  EXPECT_TRUE(done[1] && done[2]);
  std::int64_t numbers = 0;
  for (const auto layer : LayerRange{0, 3})
    for (const double v : cube.layer_values(layer)) numbers += std::isnan(v) ? 0 : 1;
  EXPECT_EQ(numbers, description_.plan.units[1].values() + description_.plan.units[2].values());
}

TEST_F(Cube, ReturnsHowItsSweepStops) {
  description_.stopping = {.kind = Stopping::elimination,
                           .elimination = {.confidence = 0.9,
                                           .indifference = 0.25,
                                           .selection = SelectionRule::max_dividend_with_empty},
                           .first_samples = 7,
                           .growth = 2.0,
                           .orientation = Orientation::masked,
                           .zero = ZeroRule::code,
                           .scale = ValueScale::probability};
  static_cast<void>(open_writer());
  const auto read = DividendCube::open(file_).description().stopping;
  EXPECT_EQ(read.kind, Stopping::elimination);
  EXPECT_EQ(read.elimination.confidence, 0.9);
  EXPECT_EQ(read.elimination.indifference, 0.25);
  EXPECT_EQ(read.elimination.selection, SelectionRule::max_dividend_with_empty);
  EXPECT_EQ(read.first_samples, 7);
  EXPECT_EQ(read.growth, 2.0);
  EXPECT_EQ(read.orientation, Orientation::masked);
  EXPECT_EQ(read.zero, ZeroRule::code);
  EXPECT_EQ(read.scale, ValueScale::probability);
}

/// Units of layer 2 and samples 5, 6; small_cube() cuts layers 0-1 and 2.
std::vector<UnitId> last_samples_of_layer_2(const SweepPlan& plan) {
  std::vector<UnitId> units;
  for (const auto& unit : plan.units)
    if (unit.layers.first == 2 && unit.samples.first >= 5) units.push_back(unit.id);
  return units;
}

std::vector<Block> all_but(const std::vector<UnitId>& units, std::vector<Block> blocks) {
  std::erase_if(blocks, [&](const Block& block) {
    return std::find(units.begin(), units.end(), block.unit) != units.end();
  });
  return blocks;
}

TEST_F(Cube, IsCompleteWithoutUnitsThatAreNotNeeded) {
  const auto not_needed = last_samples_of_layer_2(description_.plan);
  ASSERT_FALSE(not_needed.empty());
  {
    auto cube = open_writer();
    cube.store(all_but(not_needed, blocks_));
    cube.mark_not_needed(not_needed);
    std::vector<LayerSummary> summaries;
    for (const auto layer : LayerRange{0, 3}) {
      auto values = cube.layer_values(layer);
      std::erase_if(values, [](double value) { return std::isnan(value); });
      summaries.push_back(summarise_layer(values, 2, Orientation::present, ZeroRule::none));
    }
    cube.complete_with(summaries);
  }
  const auto cube = DividendCube::open(file_);
  EXPECT_TRUE(cube.complete());
  EXPECT_THAT(cube.damaged_units(), IsEmpty());
  const auto states = cube.states();
  EXPECT_EQ(std::count(states.begin(), states.end(), UnitState::not_needed), std::ssize(not_needed));
  EXPECT_EQ(std::count(states.begin(), states.end(), UnitState::open), 0);
  EXPECT_THAT(cube.computed_samples(LayerId{1}), testing::Each(true));
  EXPECT_THAT(cube.computed_samples(LayerId{2}), ElementsAre(true, true, true, true, true, false, false));
  EXPECT_TRUE(std::isnan(cube.layer_values(LayerId{2}).back()));
  const auto summaries = cube.summaries().value();
  std::vector<int> samples;
  for (const auto& summary : summaries) samples.push_back(summary.samples);
  EXPECT_THAT(samples, ElementsAre(7, 7, 5));
}

TEST_F(Cube, MarksOfUnitsNotNeededLeaveDoneOnesAndCanBeTakenBack) {
  const auto not_needed = last_samples_of_layer_2(description_.plan);
  auto cube = open_writer();
  cube.store(std::span{blocks_}.subspan(static_cast<std::size_t>(not_needed.front().index()), 1));
  cube.mark_not_needed(not_needed);
  EXPECT_EQ(cube.states()[static_cast<std::size_t>(not_needed.front().index())], UnitState::done);
  EXPECT_EQ(cube.states()[static_cast<std::size_t>(not_needed.back().index())], UnitState::not_needed);
  EXPECT_FALSE(cube.done()[static_cast<std::size_t>(not_needed.back().index())]);
  const auto& block = blocks_[static_cast<std::size_t>(not_needed.back().index())];
  EXPECT_THROW(cube.store(std::span{&block, 1}), StorageError);
  cube.forget(not_needed);
  cube.store(std::span{&block, 1});
  EXPECT_TRUE(cube.done()[static_cast<std::size_t>(not_needed.back().index())]);
}

TEST_F(Cube, AReaderMayMarkWhatIsMarkedAlreadyAndNothingElse) {
  const auto not_needed = last_samples_of_layer_2(description_.plan);
  open_writer().mark_not_needed(not_needed);
  auto reader = DividendCube::open(file_);
  reader.mark_not_needed(not_needed);
  EXPECT_THROW(reader.mark_not_needed(std::vector{UnitId{0}}), StorageError);
  EXPECT_THROW(reader.mark_not_needed(std::vector{UnitId{9999}}), StorageError);
}

TEST_F(Cube, OfVersion10HasAllSamplesInEveryLayer) {
  {
    auto cube = open_writer();
    cube.store(blocks_);
  }
  {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    ASSERT_GE(H5Adelete(file.get(), "stopping"), 0);
    ASSERT_GE(H5Ldelete(file.get(), "layer_samples", H5P_DEFAULT), 0);
  }
  make_version(file_, 0);
  auto cube = open_writer();
  EXPECT_EQ(cube.description().stopping.kind, Stopping::full);
  cube.complete_with(summaries_of(cube));
  const auto summaries = cube.summaries().value();
  for (const auto& summary : summaries) EXPECT_EQ(summary.samples, 7);
}

UnitProfile profile_of(int rank, double products) {
  UnitProfile profile{.rank = rank};
  profile.seconds[Activity::products] = products;
  profile.seconds[Activity::waiting] = 0.5;
  return profile;
}

TEST_F(Cube, KeepsTheProfileOfUnitsThatWereMeasured) {
  description_.unit_flops.assign(blocks_.size(), 2.0);
  blocks_[0].profile = profile_of(3, 0.25);
  blocks_[2].profile = profile_of(0, 0.75);
  RunSeconds run;
  run[RunPart::wall] = 1.5;
  {
    auto cube = open_writer();
    EXPECT_FALSE(cube.profile()) << "nothing is measured yet";
    cube.store(std::span{blocks_}.first(1));
    cube.add_to_profile(run);
  }
  auto cube = open_writer();
  cube.store(std::span{blocks_}.subspan(1));
  cube.add_to_profile(run);
  const auto profile = DividendCube::open(file_).profile().value();
  EXPECT_EQ(profile.units[0], profile_of(3, 0.25));
  EXPECT_EQ(profile.units[1], std::nullopt);
  EXPECT_EQ(profile.units[2], profile_of(0, 0.75));
  EXPECT_EQ(profile.unit_flops, description_.unit_flops);
  EXPECT_EQ(profile.run[RunPart::wall], 3.0) << "runs add up";
}

TEST_F(Cube, OfTheFirstVersionWithAProfileIsReadAndContinued) {
  static_cast<void>(open_writer());
  {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    ASSERT_GE(H5Ldelete(file.get(), "unit_seconds", H5P_DEFAULT), 0);
    static_cast<void>(hdf5::create<double>(file.get(), "unit_seconds", {blocks_.size(), 5}, std::nan("")));
    ASSERT_GE(H5Adelete(file.get(), "format_minor"), 0);
    hdf5::write_integer(file.get(), "format_minor", 2);
  }
  for (Block& block : blocks_) block.profile = profile_of(1, 1.0);
  open_writer().store(blocks_);
  const auto cube = DividendCube::open(file_);
  const auto profile = cube.profile().value();
  for (const auto& unit : profile.units) EXPECT_EQ(unit, profile_of(1, 1.0));
}

TEST_F(Cube, OfAVersionWithoutAProfileIsContinuedWithoutOne) {
  static_cast<void>(open_writer());
  make_version(file_, 1);
  for (Block& block : blocks_) block.profile = profile_of(1, 1.0);
  auto cube = open_writer();
  cube.store(blocks_);
  cube.add_to_profile({});
  cube.complete_with(summaries_of(cube));
  EXPECT_FALSE(cube.profile());
  EXPECT_TRUE(cube.complete());
}

TEST_F(Cube, RefusesOperationsOfAnotherPlan) {
  description_.unit_flops = {1.0};
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }), HasSubstr("operations of 1 units"));
}

TEST_F(Cube, IsContinuedWhereItWasLeft) {
  {
    auto cube = open_writer();
    cube.store(std::span{blocks_}.first(3));
  }
  auto cube = open_writer();
  const auto done = cube.done();
  EXPECT_EQ(std::count(done.begin(), done.end(), true), 3);
  cube.store(std::span{blocks_}.subspan(3));
  const auto all = cube.done();
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](bool d) { return d; }));
}

TEST_F(Cube, HasTheSameBytesForAnyOrderOfUnitsAndAnyRestarts) {
  open_writer().store(blocks_);
  const auto straight = content_of(file_);
  std::filesystem::remove(file_);
  std::reverse(blocks_.begin(), blocks_.end());
  for (const auto& block : blocks_) open_writer().store(std::span{&block, 1});
  EXPECT_TRUE(straight == content_of(file_));
}

TEST_F(Cube, IsCompleteOnlyWithAllUnitsAndSummaries) {
  auto cube = open_writer();
  cube.store(std::span{blocks_}.subspan(1));
  EXPECT_FALSE(cube.complete());
  EXPECT_FALSE(cube.summaries());
  const std::vector<double> table(4, 0.0);
  const std::vector<LayerSummary> empty_summaries(3, {table, table, table});
  EXPECT_THAT(storage_error([&] { cube.complete_with(empty_summaries); }), HasSubstr("1 of its"));
  cube.store(std::span{blocks_}.first(1));
  const auto summaries = summaries_of(cube);
  cube.complete_with(summaries);
  EXPECT_TRUE(cube.complete());
  const auto read = DividendCube::open(file_).summaries();
  ASSERT_TRUE(read);
  for (std::size_t layer = 0; layer < 3; ++layer) {
    EXPECT_EQ((*read)[layer].value_mean, summaries[layer].value_mean);
    EXPECT_EQ((*read)[layer].dividend_mean, summaries[layer].dividend_mean);
    EXPECT_EQ((*read)[layer].dividend_standard_error, summaries[layer].dividend_standard_error);
  }
  const auto once = content_of(file_);
  cube.complete_with(summaries);
  EXPECT_TRUE(once == content_of(file_));
}

TEST_F(Cube, RefusesSummariesOfAnotherShape) {
  auto cube = open_writer();
  cube.store(blocks_);
  auto summaries = summaries_of(cube);
  summaries[1].dividend_mean.pop_back();
  EXPECT_THAT(storage_error([&] { cube.complete_with(summaries); }), HasSubstr("3 layers of 4 coalitions"));
  summaries.pop_back();
  EXPECT_THAT(storage_error([&] { cube.complete_with(summaries); }), HasSubstr("summaries of 2 layers"));
}

TEST_F(Cube, CanBeReadWhileItIsWritten) {
  auto writer = open_writer();
  const auto reader = DividendCube::open(file_);
  EXPECT_FALSE(reader.done()[0]);
  writer.store(std::span{blocks_}.first(1));
  EXPECT_TRUE(reader.done()[0]);
  EXPECT_EQ(reader.layer_values({0})[0], value_at(0, 0, 0));
  EXPECT_TRUE(std::isnan(reader.layer_values({2})[0]));
}

TEST_F(Cube, AReaderCannotWrite) {
  static_cast<void>(open_writer());
  auto reader = DividendCube::open(file_);
  EXPECT_THAT(storage_error([&] { reader.store(blocks_); }), HasSubstr("opened for reading"));
}

TEST_F(Cube, RefusesABlockThatHasNoPlace) {
  auto cube = open_writer();
  auto longer = blocks_[0];
  longer.values.push_back(0.0);
  EXPECT_THAT(storage_error([&] {
                cube.store(std::span{&longer, 1});
              }),
              AllOf(HasSubstr(file_.string()), HasSubstr("unit 0"), HasSubstr("its place takes 8")));
  const Block unknown{UnitId{99}, {1.0}};
  EXPECT_THAT(storage_error([&] { cube.store(std::span{&unknown, 1}); }), HasSubstr("unit 99"));
  const Block negative{UnitId{-1}, {1.0}};
  EXPECT_THAT(storage_error([&] { cube.store(std::span{&negative, 1}); }), HasSubstr("unit -1"));
}

TEST_F(Cube, RefusesValuesThatAreNotFiniteAndStoresNoneOfTheCall) {
  auto cube = open_writer();
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    std::vector<Block> blocks{blocks_[0], blocks_[1]};
    blocks[1].values[3] = bad;
    EXPECT_THAT(storage_error([&] { cube.store(blocks); }), AllOf(HasSubstr("unit 1"), HasSubstr("value 3")));
    EXPECT_FALSE(cube.done()[0]);
  }
}

TEST_F(Cube, AUnitStoredTwiceMustHaveTheSameValues) {
  auto cube = open_writer();
  cube.store(std::span{blocks_}.first(1));
  EXPECT_NO_THROW(cube.store(std::span{blocks_}.first(1)));
  auto other = blocks_[0];
  other.values[0] += 1e-15;
  EXPECT_THAT(storage_error([&] { cube.store(std::span{&other, 1}); }), HasSubstr("not reproducible"));
  EXPECT_EQ(cube.layer_values({0})[0], value_at(0, 0, 0));
}

TEST_F(Cube, NoticesAFlippedByteAndTakesTheUnitAgain) {
  open_writer().store(blocks_);
  auto content = content_of(file_);
  std::string table;  // as it lies in the file
  for (int i = 0; i < 3 * 7 * 4; ++i) {
    const double v = value_at(i / 28, i / 4 % 7, i % 4);
    table.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  const auto at = content.find(table);
  ASSERT_NE(at, std::string::npos);
  content[at + table.size() - 1] = static_cast<char>(content[at + table.size() - 1] ^ 0x10);
  write_content(file_, content);

  auto cube = open_writer();
  const auto damaged = cube.damaged_units();
  const auto& last = description_.plan.units.back();
  ASSERT_THAT(damaged, ElementsAre(last.id));
  cube.forget(damaged);
  EXPECT_FALSE(cube.done()[static_cast<std::size_t>(last.id.index())]);
  cube.store(std::span{blocks_}.last(1));
  EXPECT_THAT(cube.damaged_units(), IsEmpty());
}

TEST_F(Cube, ForgettingAUnitTakesBackTheCompletion) {
  auto cube = open_writer();
  cube.store(blocks_);
  cube.complete_with(summaries_of(cube));
  cube.forget(std::vector{UnitId{0}});
  EXPECT_FALSE(DividendCube::open(file_).complete());
  EXPECT_FALSE(DividendCube::open(file_).done()[0]);
}

TEST_F(Cube, OfAnotherExperimentIsRefusedWithEveryDifference) {
  static_cast<void>(open_writer());
  const auto before = content_of(file_);
  description_.identity.set("epsilon", "0");
  description_.identity.set("seed", "5");
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }),
              AllOf(HasSubstr(file_.string()), HasSubstr("another experiment"), HasSubstr("epsilon"),
                    HasSubstr("1e-05"), HasSubstr("seed")));
  EXPECT_TRUE(before == content_of(file_));
}

TEST_F(Cube, OfAnotherPlanUnderTheSameIdentityIsRefused) {
  static_cast<void>(open_writer());
  description_.samples[3].row = 77;
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }),
              HasSubstr("sample 3: sst2 row 77 here"));
}

TEST_F(Cube, NoticesThatItsFileWasRemoved) {
  auto cube = open_writer();
  std::filesystem::remove(file_);
  EXPECT_THAT(storage_error([&] { cube.store(blocks_); }), HasSubstr("removed or replaced"));
}

TEST_F(Cube, RefusesADescriptionThatContradictsItself) {
  description_.samples.pop_back();
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }),
              HasSubstr("6 sample labels for 7 samples"));
  description_ = small_cube();
  description_.plan.units.pop_back();
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }), HasSubstr("do not cover"));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(Cube, HasNoLayerBeyondItsLast) {
  const auto cube = open_writer();
  EXPECT_THAT(storage_error([&] { static_cast<void>(cube.layer_values({3})); }), HasSubstr("no layer 3"));
  EXPECT_THAT(storage_error([&] { static_cast<void>(cube.layer_values({-1})); }), HasSubstr("no layer -1"));
}

TEST_F(Cube, KeepsFactsUpToTheLimitOfHdf5) {
  description_.provenance["configuration"] = std::string(64'000, 'x');
  static_cast<void>(open_writer());
  EXPECT_EQ(DividendCube::open(file_).description().provenance, description_.provenance);
}

TEST_F(Cube, RefusesFactsThatHdf5CannotKeep) {
  description_.provenance["configuration"] = std::string(64'001, 'x');
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }), HasSubstr("64001 bytes long"));
  description_.provenance["configuration"] = std::string("a\0b", 3);
  EXPECT_THAT(storage_error([&] { static_cast<void>(open_writer()); }), HasSubstr("NUL"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace harsanyi::test
