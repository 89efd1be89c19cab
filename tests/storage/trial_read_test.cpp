#include "storage/trial_read.hpp"

#include <csignal>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

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
    for (volatile unsigned step = 0;; step = step + 1) {
    }
  });
  ASSERT_TRUE(harm);
  EXPECT_THAT(*harm, HasSubstr("did not come to an end"));
}

TEST(HarmOf, AChildThatSomebodyKilledSaysNothingOfTheFile) {
  EXPECT_EQ(harm_of([] { std::raise(SIGKILL); }), std::nullopt);
}

TEST(HarmOf, MemoryHasABound) {
  // Would be 2 TiB; the child ends at the first part that it does not get.
  const auto harm = harm_of([] {
    for (int part = 0; part < 2048; ++part) {
      auto* memory = static_cast<char*>(std::malloc(std::size_t{1} << 30));
      if (memory == nullptr) std::abort();
    }
  });
  EXPECT_TRUE(harm);
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
