// Cubes that are made in one go, and compressed copies.

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class WholeCube : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "cube.h5";
  CubeDescription description_ = small_cube();
  std::vector<Block> blocks_ = all_blocks(description_.plan);

  void fill(DividendCube& cube) const {
    cube.store(blocks_);
    cube.complete_with(summaries_of(cube));
  }
  void make(bool overwrite = false) const {
    DividendCube::make(file_, description_, overwrite, [&](DividendCube& cube) { fill(cube); });
  }
  void make_resumable() const {
    auto cube = DividendCube::open_or_create(file_, description_);
    fill(cube);
  }
  [[nodiscard]] std::string make_error(bool overwrite = false) const {
    return storage_error([&] { make(overwrite); });
  }
};

TEST_F(WholeCube, HasTheBytesOfOneThatWasMadeUnitByUnit) {
  make();
  const std::string at_once = content_of(file_);
  std::filesystem::remove(file_);
  make_resumable();
  EXPECT_EQ(content_of(file_), at_once);
}

TEST_F(WholeCube, HasItsNameOnlyOnceItIsWhole) {
  DividendCube::make(file_, description_, false, [&](DividendCube& cube) {
    EXPECT_FALSE(std::filesystem::exists(file_));
    fill(cube);
  });
  EXPECT_TRUE(DividendCube::open(file_).complete());
}

TEST_F(WholeCube, LeavesNothingBehindWhereFillingItFails) {
  const auto fail = [&] {
    DividendCube::make(file_, description_, false, [&](DividendCube& cube) {
      cube.store(blocks_);
      throw StorageError{"no more"};
    });
  };
  EXPECT_EQ(storage_error(fail), "no more");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  const auto fail_otherwise = [&] {
    DividendCube::make(file_, description_, false, [](DividendCube&) { throw std::bad_alloc{}; });
  };
  EXPECT_THROW(fail_otherwise(), std::bad_alloc);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(WholeCube, ReplacesACubeOnlyWhenTold) {
  make();
  const std::string before = content_of(file_);
  EXPECT_THAT(make_error(), HasSubstr("--overwrite"));
  EXPECT_EQ(content_of(file_), before);
  description_.provenance["command"] = "another";
  make(true);
  EXPECT_EQ(DividendCube::open(file_).description().provenance.at("command"), "another");
  write_groups(folder_ / "groups.h5", small_groups(), {}, false);
  file_ = folder_ / "groups.h5";
  EXPECT_THAT(make_error(true), HasSubstr("'dividend-cube' is needed"));
}

TEST_F(WholeCube, GivesBackBlocksAsStoredAndRefusesDamagedOnes) {
  make();
  for (const Block& block : blocks_)
    EXPECT_EQ(DividendCube::open(file_).block(block.unit).values, block.values);
  {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    const double other = 7.0;
    hdf5::write<double>(hdf5::open(file.get(), "value"), {{0, 0, 0}, {1, 1, 1}}, std::span{&other, 1});
  }
  EXPECT_THAT(storage_error([&] { static_cast<void>(DividendCube::open(file_).block(UnitId{0})); }),
              AllOf(HasSubstr("unit 0 differs from its checksum"), HasSubstr("harsanyi repair")));
  std::vector<UnitId> read;
  EXPECT_THAT(DividendCube::open(file_).damaged_units([&](UnitId unit) { read.push_back(unit); }), SizeIs(1));
  EXPECT_THAT(read, SizeIs(blocks_.size()));
}

class CompressedCopy : public WholeCube {
 protected:
  std::filesystem::path copy_ = folder_ / "copy.h5";

  void write_copy() const {
    DividendCube::open(file_).write_compressed_copy(copy_, {{"export", "x"}}, false);
  }
};

TEST_F(CompressedCopy, HoldsWhatTheCubeHolds) {
  make();
  write_copy();
  const auto cube = DividendCube::open(file_);
  const auto copy = DividendCube::open(copy_);
  EXPECT_TRUE(copy.is_compressed_copy());
  EXPECT_FALSE(cube.is_compressed_copy());
  EXPECT_TRUE(copy.complete());
  EXPECT_THAT(copy.damaged_units(), IsEmpty());
  for (const LayerId layer : LayerRange{0, 3}) EXPECT_EQ(copy.layer_values(layer), cube.layer_values(layer));
  EXPECT_EQ(copy.summaries()->at(1).dividend_mean, cube.summaries()->at(1).dividend_mean);
  EXPECT_EQ(copy.description().provenance.at("export"), "x");
  EXPECT_EQ(copy.description().provenance.at("command"), cube.description().provenance.at("command"));
}

TEST_F(CompressedCopy, OfAnUnfinishedCubeIsUnfinished) {
  {
    auto cube = DividendCube::open_or_create(file_, description_);
    cube.store(std::span{blocks_}.first(2));
    cube.mark_not_needed(std::vector{UnitId{3}});
  }
  write_copy();
  const auto copy = DividendCube::open(copy_);
  EXPECT_FALSE(copy.complete());
  EXPECT_EQ(copy.states(), DividendCube::open(file_).states());
}

TEST_F(CompressedCopy, IsNotContinued) {
  static_cast<void>(DividendCube::open_or_create(file_, description_));
  write_copy();
  const std::string before = content_of(copy_);
  EXPECT_THAT(
      storage_error([&] { static_cast<void>(DividendCube::open_or_create(copy_, description_)); }),
      AllOf(HasSubstr(copy_.string()), HasSubstr("is a compressed copy"), HasSubstr("harsanyi sweep")));
  EXPECT_EQ(content_of(copy_), before);
}

TEST_F(CompressedCopy, WithAnyDamagedByteNeverCrashesTheReader) {
  make();
  write_copy();
  const std::string whole = content_of(copy_);
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 31) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    write_content(copy_, damaged);
    const std::string error = storage_error([&] {
      const auto copy = DividendCube::open(copy_);
      if (!copy.damaged_units().empty()) throw StorageError{"damaged units"};
    });
    refused += error.empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 0);
}

// HDF5 1.10 would read beyond the end of a chunk that is not unpacked.
TEST_F(CompressedCopy, WhoseChunksClaimToBeWithoutFiltersIsRefused) {
  make();
  write_copy();
  haddr_t address = 0;
  hsize_t size = 0;
  {
    const auto file = hdf5::open_file(copy_, hdf5::Access::read);
    unsigned filters = 1;
    const hdf5::Shape first{0, 0, 0};
    ASSERT_GE(H5Dget_chunk_info_by_coord(hdf5::open(file.get(), "value").get(), first.data(), &filters,
                                         &address, &size),
              0);
    ASSERT_EQ(filters, 0U);
  }
  // The key of the chunk in the index: its size and its filters, 4 bytes each, then 0, 0, 0 as its place.
  std::string content = content_of(copy_);
  std::string key(8 + 4 * sizeof(std::uint64_t), '\0');
  const auto stored = static_cast<std::uint32_t>(size);
  std::memcpy(key.data(), &stored, sizeof stored);
  const auto at = content.find(key);
  ASSERT_NE(at, std::string::npos);
  content[at + sizeof stored] = 3;
  write_content(copy_, content);
  EXPECT_THAT(storage_error([&] { static_cast<void>(DividendCube::open(copy_)); }),
              AllOf(HasSubstr("is damaged"), HasSubstr("without filters")));
}

}  // namespace
}  // namespace harsanyi::test
