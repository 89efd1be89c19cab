#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "orchestrator/cli/doctor/program_output.hpp"

namespace harsanyi {
namespace {

int exit_code_of(const std::string& arguments) {
  const int status =
      std::system((std::string{HARSANYI_EXECUTABLE} + " " + arguments + " > /dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Executable, EndsWithTheDocumentedCodes) {
  EXPECT_EQ(exit_code_of("--help"), 0);
  EXPECT_EQ(exit_code_of("--version"), 0);
  EXPECT_EQ(exit_code_of("doctor --help"), 0);
  EXPECT_EQ(exit_code_of(""), 2);
  EXPECT_EQ(exit_code_of("doctor --jsn"), 2);
  EXPECT_EQ(exit_code_of("nonsense"), 2);
}

TEST(Executable, DoesNotLinkLibtorch) {
  const auto libraries = program_output({"ldd", HARSANYI_EXECUTABLE});
  ASSERT_TRUE(libraries);
  EXPECT_EQ(libraries->find("libtorch"), std::string::npos) << *libraries;
  EXPECT_EQ(libraries->find("libc10"), std::string::npos) << *libraries;
}

// The best of several starts, so that a busy machine does not matter.
TEST(Executable, ShowsItsHelpInATenthOfASecond) {
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(exit_code_of("--help"), 0);
    best = std::min(best, std::chrono::steady_clock::now() - start);
  }
  EXPECT_LT(best, std::chrono::milliseconds{100});
}

}  // namespace
}  // namespace harsanyi
