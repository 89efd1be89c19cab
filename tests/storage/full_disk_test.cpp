#include <csignal>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/cube/dividend_cube.hpp"
#include "storage/record_file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A file system of 1 MiB in memory, where the machine lets us mount one.
class SmallDisk {
 public:
  SmallDisk() : mounted_{mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=1m") == 0} {}
  ~SmallDisk() {
    if (mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
  bool mounted_;
};

/// 64 layers x 64 samples x 256 coalitions: 8 MiB.
CubeDescription large_cube() {
  return cube_of(64, 8, {64}, {.layers = 64, .coalitions = 256, .samples = 64});
}

TEST(FullDisk, IsFoundBeforeTheCubeIsMadeAndLeavesNothing) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "this user may not mount a small tmpfs";
  const auto message = storage_error(
      [&] { static_cast<void>(DividendCube::open_or_create(disk.path() / "cube.h5", large_cube())); });
  EXPECT_THAT(message,
              AllOf(HasSubstr("cube.h5"), HasSubstr("no space for the file"), HasSubstr("free some space")));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
}

/// As above, but with an estimate of 0 bytes: the disk fills up while the space is allocated.
TEST(FullDisk, ShowsAtTheLatestWhenTheSpaceIsAllocated) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "this user may not mount a small tmpfs";
  const auto file = disk.path() / "record.h5";
  const Identity identity;
  const auto create = [&](hsize_t doubles) {
    return RecordFile::open_or_create(
        file, {.format = kDividendCube,
               .units = 1,
               .bytes = 0,
               .identity = identity,
               .provenance = {},
               .fill = [&](const hdf5::File& made, const hdf5::Dataset&) {
                 static_cast<void>(hdf5::create<double>(made.get(), "value", {doubles}, 1.0));
               }});
  };
  EXPECT_THAT(storage_error([&] { static_cast<void>(create(1 << 20)); }),
              AllOf(HasSubstr("record.h5"), HasSubstr("nothing was left behind"),
                    HasSubstr("No space left on device")));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
  EXPECT_NO_THROW(static_cast<void>(create(1 << 10))) << "the failed attempt still holds space";
}

TEST(FullDisk, OfAForwardFileLeavesNothing) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "this user may not mount a small tmpfs";
  auto record = small_forward();
  record.shape.vocabulary = 1 << 20;
  record.prompts = {{.tokens = {1},
                     .token_texts = {},
                     .positions = {},
                     .logits = std::vector<float>(1 << 20),
                     .hidden = {},
                     .attention = {},
                     .facts = {}}};
  EXPECT_THAT(storage_error([&] { write_forward(disk.path() / "f.h5", record, false); }), HasSubstr("f.h5"));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
}

/// A limit on the size of files stands for a quota where nothing can be mounted.
TEST(FullDisk, AQuotaLeavesNothing) {
  const TempFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto message = storage_error(
        [&] { static_cast<void>(DividendCube::open_or_create(folder / "cube.h5", large_cube())); });
    _exit(message.find("nothing was left behind") != std::string::npos &&
                  std::filesystem::is_empty(folder.path())
              ? 0
              : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace harsanyi::test
