#include "orchestrator/job/unchanged_files.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

class UnchangedFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    write("a", "first");
    write("b", "second");
    // The file system's clock moves in steps of some milliseconds.
    for (const char* name : {"a", "b"})
      std::filesystem::last_write_time(folder_ / name,
                                       std::filesystem::file_time_type::clock::now() - std::chrono::hours{1});
    files_ = UnchangedFiles{{folder_ / "a", folder_ / "b"}};
  }
  void write(const char* name, const char* text) { std::ofstream{folder_ / name} << text; }
  std::string problem() const {
    try {
      files_.require();
    } catch (const ModelError& error) {
      return error.what();
    }
    return "";
  }

  test::TempFolder folder_;
  UnchangedFiles files_;
};

TEST_F(UnchangedFilesTest, PassWhileNobodyWrites) {
  EXPECT_EQ(problem(), "");
}

TEST_F(UnchangedFilesTest, OneThatIsOverwrittenInPlaceIsNamed) {
  std::fstream{folder_ / "b", std::ios::in | std::ios::out} << "SECOND";
  EXPECT_THAT(problem(), testing::StartsWith((folder_ / "b").string() + " was changed while it was in use"));
}

TEST_F(UnchangedFilesTest, OneThatIsCutOrGoneIsNamed) {
  std::filesystem::resize_file(folder_ / "a", 2);
  EXPECT_THAT(problem(), testing::StartsWith((folder_ / "a").string()));
  std::filesystem::remove(folder_ / "a");
  EXPECT_THAT(problem(), testing::StartsWith((folder_ / "a").string()));
}

}  // namespace
}  // namespace harsanyi
