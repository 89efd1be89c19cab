#include "storage/groups/groups_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(GroupsFile, ReturnsWhatWasWritten) {
  const TempFolder folder;
  const auto groups = small_groups();
  write_groups(folder / "g.h5", groups, {{"program", "p"}}, false);
  const auto read = read_groups(folder / "g.h5");
  EXPECT_EQ(read.layout.query_heads, 9);
  EXPECT_EQ(read.layout.players, 3);
  EXPECT_EQ(read.rule, groups.rule);
  EXPECT_EQ(read.orientation, groups.orientation);
  EXPECT_EQ(read.zero, groups.zero);
  EXPECT_EQ(read.edited, groups.edited);
  EXPECT_EQ(read.cube_digest, groups.cube_digest);
  EXPECT_EQ(read.weights_digest, groups.weights_digest);
  ASSERT_EQ(read.layers.size(), groups.layers.size());
  for (std::size_t i = 0; i < read.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].members, groups.layers[i].members);
    EXPECT_EQ(read.layers[i].dividend, groups.layers[i].dividend);
    EXPECT_EQ(read.layers[i].margin, groups.layers[i].margin);
  }
}

TEST(GroupsFile, IsReplacedOnlyOnDemandAndOnlyByItsOwnKind) {
  const TempFolder folder;
  const auto file = folder / "g.h5";
  write_groups(file, small_groups(), {}, false);
  EXPECT_THAT(storage_error([&] { write_groups(file, small_groups(), {}, false); }),
              HasSubstr("the file exists"));
  auto other = small_groups();
  other.cube_digest = "beef";
  write_groups(file, other, {}, true);
  EXPECT_EQ(read_groups(file).cube_digest, "beef");

  write_content(folder / "thesis.txt", "years of work");
  EXPECT_THAT(storage_error([&] { write_groups(folder / "thesis.txt", other, {}, true); }),
              HasSubstr("not an HDF5 file"));
  EXPECT_EQ(content_of(folder / "thesis.txt"), "years of work");
}

TEST(GroupsFile, WhosePartsDisagreeIsRefused) {
  const TempFolder folder;
  for (const char* name : {"members", "calibrated"}) {
    write_groups(folder / "g.h5", small_groups(), {}, true);
    {
      const auto file = hdf5::open_file(folder / "g.h5", hdf5::Access::read_write);
      const auto dataset = hdf5::open(file.get(), name);
      const std::uint32_t flipped = 0;
      const bool matrix = hdf5::shape_of(dataset).size() == 2;
      hdf5::write_values(dataset, matrix ? hdf5::Box{{0, 0}, {1, 1}} : hdf5::Box{{0}, {1}},
                         hdf5::NumberType<std::uint32_t>::memory(), &flipped);
    }
    EXPECT_THAT(storage_error([&] { static_cast<void>(read_groups(folder / "g.h5")); }),
                AllOf(HasSubstr("damaged"), HasSubstr(name)));
    std::filesystem::remove(folder / "g.h5");
  }
}

TEST(GroupsFile, OfPlayersThatDoNotExistIsNotWritten) {
  const TempFolder folder;
  auto groups = small_groups();
  groups.layers[0].members = Coalition{0b1000};
  EXPECT_THAT(storage_error([&] { write_groups(folder / "g.h5", groups, {}, false); }),
              HasSubstr("{3} of layer 0"));
  groups.layers.clear();
  EXPECT_THAT(storage_error([&] { write_groups(folder / "g.h5", groups, {}, false); }),
              HasSubstr("no layers"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace harsanyi::test
