#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/cube/dividend_cube.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class WriterLock : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "cube.h5";

  [[nodiscard]] std::string open_error() const {
    return storage_error([&] { static_cast<void>(DividendCube::open_or_create(file_, small_cube())); });
  }
};

constexpr unsigned kChildSeconds = 60;  ///< after which a child that hangs is ended

/// Runs `body`, which must not throw, in a child process. @return its exit status
template <class Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kChildSeconds);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(WriterLock, ASecondWriterInTheSameProcessIsRefused) {
  const auto first = DividendCube::open_or_create(file_, small_cube());
  EXPECT_THAT(open_error(), AllOf(HasSubstr(file_.string()), HasSubstr("another harsanyi is writing")));
}

TEST_F(WriterLock, AWriterInAnotherProcessIsRefusedUntilTheFirstEnds) {
  {
    const auto first = DividendCube::open_or_create(file_, small_cube());
    EXPECT_EQ(in_child([&] {
                return open_error().find("another harsanyi is writing") != std::string::npos ? 0 : 1;
              }),
              0);
  }
  EXPECT_EQ(in_child([&] { return open_error().empty() ? 0 : 1; }), 0);
}

TEST_F(WriterLock, EndsWithTheWriter) {
  static_cast<void>(DividendCube::open_or_create(file_, small_cube()));
  EXPECT_EQ(open_error(), "");
}

TEST_F(WriterLock, OfManyWritersThatCreateAtOnceExactlyOneWins) {
  constexpr int writers = 8;
  std::array<int, 2> start{};
  ASSERT_EQ(pipe(start.data()), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < writers; ++i) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    char byte = 0;
    alarm(kChildSeconds);
    close(start[1]);
    static_cast<void>(!read(start[0], &byte, 1));  // until the parent closes its end
    try {
      const auto cube = DividendCube::open_or_create(file_, small_cube());
      usleep(500'000);  // longer than the others take to try
      _exit(0);
    } catch (const StorageError&) {
      _exit(3);
    }
  }
  close(start[0]);
  close(start[1]);
  int won = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    won += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  EXPECT_EQ(won, 1);
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".partial"));
}

TEST_F(WriterLock, DoesNotKeepReadersOut) {
  const auto writer = DividendCube::open_or_create(file_, small_cube());
  EXPECT_EQ(in_child([&] {
              try {
                return DividendCube::open(file_).complete() ? 2 : 0;
              } catch (const StorageError&) {
                return 1;
              }
            }),
            0);
}

TEST_F(WriterLock, WhatAKilledCreatorLeftIsTakenOver) {
  write_content(folder_ / "cube.h5.partial", "half a file");
  EXPECT_EQ(open_error(), "");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cube.h5.partial"));
}

}  // namespace
}  // namespace harsanyi::test
