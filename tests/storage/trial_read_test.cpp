#include "storage/trial_read.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "partition/base/error.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::HasSubstr;

TEST(HarmOf, ACallThatEndsIsNothing) {
  EXPECT_EQ(harm_of([] {}), std::nullopt);
  EXPECT_EQ(harm_of([] { throw std::runtime_error{"refused"}; }), std::nullopt);
}

TEST(HarmOf, ACrashIsNamed) {
  const auto harm = harm_of([] { std::raise(SIGSEGV); });
  ASSERT_TRUE(harm);
  EXPECT_THAT(*harm, HasSubstr("crashed (Segmentation fault)"));
  EXPECT_TRUE(harm_of([] { std::abort(); }));
}

TEST(HarmOf, AnEndlessLoopIsNamed) {
  const auto harm = harm_of([] {
    rlimit soon{};
    getrlimit(RLIMIT_CPU, &soon);
    soon.rlim_cur = 1;  // second, instead of half a minute
    setrlimit(RLIMIT_CPU, &soon);
    for (std::atomic<unsigned> steps;; ++steps) {
    }
  });
  ASSERT_TRUE(harm);
  EXPECT_THAT(*harm, HasSubstr("did not come to an end"));
}

TEST(HarmOf, ALibraryThatEndsTheProcessIsNamed) {
  EXPECT_EQ(harm_of([] { _exit(1); }), "gave up");
}

TEST(HarmOf, AChildThatSomebodyKilledSaysNothingOfTheFile) {
  EXPECT_EQ(harm_of([] { std::raise(SIGKILL); }), std::nullopt);
}

TEST(HarmOf, MemoryHasABoundAlsoWhereItIsReportedAsAnError) {
  const auto harm = harm_of([] {
    constexpr std::size_t part = std::size_t{1} << 20;
    for (std::vector<std::vector<char>> taken;;) taken.emplace_back(part, 'x');  // ends with std::bad_alloc
  });
  EXPECT_TRUE(harm);  // with a sanitizer it is the allocator that gives up
}

/// A small cube whose root group lists its free bytes in a circle: HDF5 follows it for ever, taking memory.
TEST(TrialRead, AFileThatLeadsTheLibraryInACircleIsRefusedBeforeItIsRead) {
  const TempFolder folder;
  static_cast<void>(DividendCube::open_or_create(folder / "cube.h5", small_cube()));
  auto content = content_of(folder / "cube.h5");
  const auto number_at = [&](std::size_t at) {
    std::uint64_t number = 0;
    std::memcpy(&number, content.data() + at, sizeof number);
    return number;
  };
  const auto heap = content.find("HEAP");  // signature, version, size, first free block, address of the data
  ASSERT_NE(heap, std::string::npos);
  const std::uint64_t first_free = number_at(heap + 16);
  const std::uint64_t data = number_at(heap + 24);
  ASSERT_LT(data + first_free + 8, content.size());
  std::memcpy(content.data() + data + first_free, &first_free, sizeof first_free);  // the next one is itself
  write_content(folder / "cube.h5", content);
  const auto harm = harm_of_reading(folder / "cube.h5");
  ASSERT_TRUE(harm);
  EXPECT_THAT(*harm, HasSubstr("cube.h5 is damaged: the HDF5 library"));
}

TEST(TrialRead, GoodMissingAndRefusedFilesPass) {
  const TempFolder folder;
  auto cube = DividendCube::open_or_create(folder / "cube.h5", small_cube());
  cube.store(all_blocks(cube.description().plan));
  cube.complete_with(summaries_of(cube));
  write_groups(folder / "groups.h5", small_groups(), {}, false);
  static_cast<void>(ResultsFile::open_or_create(folder / "results.h5", small_results()));
  write_content(folder / "text.h5", "no HDF5");
  for (const char* name : {"cube.h5", "groups.h5", "results.h5", "text.h5", "none.h5", ""})
    EXPECT_NO_THROW(require_harmless(folder / name)) << name;
}

}  // namespace
}  // namespace harsanyi::test
