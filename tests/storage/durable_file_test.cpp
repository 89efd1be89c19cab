#include "storage/durable_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::HasSubstr;

TEST(PartialFile, HasItsNameOnlyOncePublished) {
  const TempFolder folder;
  const auto file = folder / "a.h5";
  PartialFile partial{file};
  write_content(partial.path(), "content");
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto published = partial.publish();
  EXPECT_EQ(published.path(), file);
  EXPECT_EQ(content_of(file), "content");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.h5.partial"));
}

TEST(PartialFile, IsGoneIfNotPublished) {
  const TempFolder folder;
  { const PartialFile partial{folder / "a.h5"}; }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(PartialFile, HasOneMaker) {
  const TempFolder folder;
  const PartialFile first{folder / "a.h5"};
  EXPECT_THAT(storage_error([&] { const PartialFile second{folder / "a.h5"}; }),
              HasSubstr("another harsanyi"));
}

TEST(LockedFile, KeepsItsLockThroughARename) {
  const TempFolder folder;
  PartialFile partial{folder / "a.h5"};
  const auto published = partial.publish();
  EXPECT_THAT(storage_error([&] { static_cast<void>(LockedFile::open(folder / "a.h5")); }),
              HasSubstr("another harsanyi"));
}

TEST(RequireSpace, NamesWhatIsNeededAndWhatIsFree) {
  const TempFolder folder;
  EXPECT_NO_THROW(require_space(folder / "a.h5", 1));
  EXPECT_THAT(storage_error([&] { require_space(folder / "a.h5", ~std::uint64_t{0}); }),
              HasSubstr("it needs 18446744073709551615 bytes"));
}

}  // namespace
}  // namespace harsanyi::test
