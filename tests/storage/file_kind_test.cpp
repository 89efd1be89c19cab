#include "storage/file_kind.hpp"

#include <gtest/gtest.h>

#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

TEST(FileKind, OfEveryFileThatIsWritten) {
  const TempFolder folder;
  static_cast<void>(DividendCube::open_or_create(folder / "c", small_cube()));
  static_cast<void>(ResultsFile::open_or_create(folder / "r", small_results()));
  write_groups(folder / "g", small_groups(), {}, false);
  write_forward(folder / "f", small_forward(), false);
  EXPECT_EQ(kind_of(folder / "c"), FileKind::cube);
  EXPECT_EQ(kind_of(folder / "r"), FileKind::results);
  EXPECT_EQ(kind_of(folder / "g"), FileKind::groups);
  EXPECT_EQ(kind_of(folder / "f"), FileKind::forward);
}

}  // namespace
}  // namespace harsanyi::test
