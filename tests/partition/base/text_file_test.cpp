#include "partition/base/text_file.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const StorageError& error) {
    return error.what();
  }
  return "no StorageError";
}

TEST(TextFile, HasItsNameOnlyOncePublished) {
  const test::TempFolder folder;
  write_text_file(folder / "a.txt", "old");
  TextFile file{folder / "a.txt"};
  file.write("new ");
  file.write("text");
  EXPECT_EQ(content_of(folder / "a.txt"), "old");
  file.publish();
  EXPECT_EQ(content_of(folder / "a.txt"), "new text");
  EXPECT_FALSE(fs::exists(folder / "a.txt.partial"));
}

TEST(TextFile, ThatIsNotPublishedLeavesTheOldOneAndNothingElse) {
  const test::TempFolder folder;
  write_text_file(folder / "a.txt", "old");
  { TextFile{folder / "a.txt"}.write("new"); }
  EXPECT_EQ(content_of(folder / "a.txt"), "old");
  EXPECT_FALSE(fs::exists(folder / "a.txt.partial"));
}

TEST(TextFile, TakesTextsLargerThanItsBuffer) {
  const test::TempFolder folder;
  const std::string line(1000, 'x');
  TextFile file{folder / "a.txt"};
  for (int i = 0; i < 5000; ++i) file.write(line);
  file.publish(Durability::unsynced);
  EXPECT_EQ(fs::file_size(folder / "a.txt"), 5'000'000U);
}

TEST(TextFile, ThatCannotBeWrittenNamesFileReasonAndRemedy) {
  const test::TempFolder folder;
  const std::string missing = error_of([&] { write_text_file(folder / "none/a.txt", "x"); });
  EXPECT_NE(missing.find("none/a.txt: cannot write the file (No such file or directory)"), std::string::npos)
      << missing;
  EXPECT_NE(missing.find("make the folder first"), std::string::npos) << missing;
  fs::create_directories(folder / "b");
  EXPECT_NE(error_of([&] { write_text_file(folder / "b", "x"); }).find("Is a directory"), std::string::npos);
}

TEST(TextFile, OnAFullDiskIsAnErrorAndLeavesNothing) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const test::TempFolder folder;
  write_text_file(folder / "a.txt", "old");
  fs::create_symlink("/dev/full", folder / "a.txt.partial");
  const std::string text = error_of([&] { write_text_file(folder / "a.txt", "new"); });
  EXPECT_NE(text.find("free some space"), std::string::npos) << text;
  EXPECT_EQ(content_of(folder / "a.txt"), "old");
  EXPECT_FALSE(fs::exists(fs::symlink_status(folder / "a.txt.partial")));
}

TEST(RequireFree, RefusesWhatIsThereUnlessToldOtherwise) {
  const test::TempFolder folder;
  EXPECT_NO_THROW(require_free(folder / "a.txt", false));
  write_text_file(folder / "a.txt", "x");
  EXPECT_NE(error_of([&] { require_free(folder / "a.txt", false); }).find("--overwrite"), std::string::npos);
  EXPECT_NO_THROW(require_free(folder / "a.txt", true));
}

}  // namespace
}  // namespace harsanyi
