#include "orchestrator/log/log.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/json/bounded_json.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class LogFile : public testing::Test {
 protected:
  [[nodiscard]] LogOptions options(LogFormat format) const {
    return {.format = format, .file = folder_ / "log-{rank}.txt"};
  }
  void SetUp() override { testing::internal::CaptureStderr(); }
  void TearDown() override {
    if (!shown_taken_) static_cast<void>(shown());
  }
  std::string shown() {
    shown_taken_ = true;
    return testing::internal::GetCapturedStderr();
  }

  test::TempFolder folder_;
  bool shown_taken_ = false;
};

TEST_F(LogFile, EveryRankHasItsOwnAndRank0IsShown) {
  for (const int rank : {0, 1}) {
    const LogScope log{options(LogFormat::text), {"sweep", rank}};
    write_log({.message = "hello"});
  }
  EXPECT_EQ(lines_of(folder_ / "log-0.txt").size(), 1U);
  ASSERT_EQ(lines_of(folder_ / "log-1.txt").size(), 1U);
  EXPECT_NE(lines_of(folder_ / "log-1.txt")[0].find("rank 1 info: hello"), std::string::npos);
  const std::string text = shown();
  EXPECT_NE(text.find("rank 0 info: hello"), std::string::npos);
  EXPECT_EQ(text.find("rank 1"), std::string::npos);
}

TEST_F(LogFile, WithoutARankInItsNameIsRank0sAlone) {
  for (const int rank : {0, 1}) {
    const LogScope log{{.file = folder_ / "log.txt"}, {"sweep", rank}};
    write_log({.message = "hello"});
  }
  EXPECT_EQ(lines_of(folder_ / "log.txt").size(), 1U);
}

TEST_F(LogFile, IsAppendedTo) {
  for (int run = 0; run < 2; ++run) {
    const LogScope log{options(LogFormat::text), {}};
    write_log({.message = "hello"});
  }
  EXPECT_EQ(lines_of(folder_ / "log-0.txt").size(), 2U);
}

TEST_F(LogFile, LeavesOutLowerLevels) {
  LogOptions warnings = options(LogFormat::text);
  warnings.level = LogLevel::warning;
  const LogScope log{warnings, {}};
  write_log({.level = LogLevel::info, .message = "no"});
  write_log({.level = LogLevel::error, .message = "yes"});
  EXPECT_EQ(lines_of(folder_ / "log-0.txt").size(), 1U);
}

TEST_F(LogFile, ThatCannotBeMadeIsAnErrorThatNamesIt) {
  try {
    const LogScope log{{.file = "/proc/no/log.txt"}, {}};
    ADD_FAILURE();
  } catch (const StorageError& error) {
    EXPECT_NE(std::string{error.what()}.find("/proc/no/log.txt"), std::string::npos);
  }
}

TEST_F(LogFile, WarningsThatRepeatAreThinnedOutAndCounted) {
  {
    const LogScope log{options(LogFormat::json), {}};
    for (int i = 0; i < 1000; ++i)
      write_log({.level = LogLevel::warning, .message = "again", .kind = "failed units"});
    write_log({.message = "another"});
  }
  const auto lines = lines_of(folder_ / "log-0.txt");
  ASSERT_GE(lines.size(), 12U);  // ten, the other one, the count
  EXPECT_LE(lines.size(), 32U);  // more only if this took minutes
  EXPECT_NE(lines.back().find("more were left out"), std::string::npos) << lines.back();
}

TEST_F(LogFile, WrittenByManyThreadsHasWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  {
    const LogScope log{options(LogFormat::json), {}};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([] {
        for (int i = 0; i < kLines; ++i) write_log({.message = std::string(500, 'x')});
      });
    for (auto& thread : threads) thread.join();
  }
  const auto lines = lines_of(folder_ / "log-0.txt");
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kLines));
  for (const auto& line : lines) EXPECT_TRUE(parse_json(line).is_object());
}

TEST_F(LogFile, WhatTheUserMustSeeIsPlainOrJson) {
  std::ostringstream plain;
  std::ostringstream json;
  tell(plain, {.message = "a note"}, "harsanyi: note: a note");
  {
    const LogScope log{options(LogFormat::json), {"sweep", 2}};
    tell(json, {.message = "a note"}, "harsanyi: note: a note");
    keep_in_log({.message = "for the file"});
  }
  EXPECT_EQ(plain.str(), "harsanyi: note: a note\n");
  EXPECT_EQ(parse_json(json.str())["message"], "a note");
  EXPECT_EQ(parse_json(json.str())["rank"], 2);
  EXPECT_EQ(lines_of(folder_ / "log-2.txt").size(), 2U);
  EXPECT_EQ(shown(), "");
}

}  // namespace
}  // namespace harsanyi
