#include "orchestrator/run/progress.hpp"

#include <algorithm>
#include <csignal>

#include <gtest/gtest.h>

#include "orchestrator/log/log.hpp"

namespace harsanyi {
namespace {

RunProgress half_way() {
  return {.units = 100,
          .done_before = 20,
          .done_now = 30,
          .in_flight = 4,
          .set_aside = 1,
          .failures = 3,
          .cost_done = 600.0,
          .cost_left = 200.0,
          .seconds = 60.0};
}

TEST(Progress, TimeLeftGoesByCostNotByUnits) {
  EXPECT_DOUBLE_EQ(half_way().seconds_left(), 20.0);
  EXPECT_EQ(half_way().left(), 49);
}

TEST(Progress, TimeLeftIsUnknownBeforeTheFirstUnit) {
  RunProgress progress = half_way();
  progress.cost_done = 0.0;
  EXPECT_LT(progress.seconds_left(), 0.0);
  EXPECT_EQ(progress_text({.units = 5}), "0/5 units, 5 left");
}

TEST(Progress, TheTextNamesDoneLeftFailedRateAndTime) {
  EXPECT_EQ(progress_text(half_way()),
            "50/100 units, 49 left, 3 failed attempts, 1 set aside, 0.5 units/s, 20 s left");
}

TEST(Progress, TheBarFillsWithTheUnits) {
  EXPECT_EQ(progress_bar(half_way(), 10), "[=====>    ]");
  EXPECT_EQ(progress_bar({.units = 4}, 4), "[>   ]");
  EXPECT_EQ(progress_bar({.units = 4, .done_before = 4}, 4), "[====]");
  EXPECT_EQ(progress_bar({}, 4), "[====]");
}

TEST(Progress, DurationsReadWell) {
  EXPECT_EQ(duration_text(0.25), "0.2 s");
  EXPECT_EQ(duration_text(47.4), "47 s");
  EXPECT_EQ(duration_text(200.0), "3 min 20 s");
  EXPECT_EQ(duration_text(5 * 3600 + 12 * 60), "5 h 12 min");
  EXPECT_EQ(duration_text(51 * 3600), "2 d 3 h");
}

TEST(Summary, NamesWorkersSlowestUnitsAndWhatWasSetAside) {
  RunOutcome outcome{.units = 10, .done_before = 2, .done_now = 6, .left = 1, .seconds = 100.0};
  outcome.set_aside = {{UnitId{4}, "out of memory (on rank 1)"}};
  outcome.interrupted_by = SIGTERM;
  outcome.workers = {{"rank 1", 6, 75.0}};
  outcome.slowest = {{UnitId{9}, 20.0}, {UnitId{1}, 5.5}};
  const std::vector<std::string> expected{
      "8 of 10 units done (2 in earlier runs), 1 set aside, 1 left after 1 min 40 s; interrupted by SIGTERM: "
      "the same "
      "command continues",
      "rank 1: 6 units, busy 75 % of the time", "slowest units: 9 (20 s) 1 (5.5 s)",
      "set aside: unit 4: out of memory (on rank 1)"};
  EXPECT_EQ(summary_lines(outcome), expected);
}

TEST(Summary, OfALargeJobNamesTheLeastBusyWorkers) {
  RunOutcome outcome{.units = 1, .done_now = 1, .seconds = 10.0};
  for (int w = 0; w < 1000; ++w)
    outcome.workers.push_back({"rank " + std::to_string(w), 1, w == 700 ? 1.0 : 9.0});
  const auto lines = summary_lines(outcome);
  EXPECT_LT(lines.size(), 30u);
  EXPECT_EQ(lines.at(1), "least busy of 1000 workers:");
  EXPECT_EQ(lines.at(2), "rank 700: 1 units, busy 10 % of the time");
}

TEST(Progress, TheTerminalLineIsRewrittenAndTheSummaryStays) {
  testing::internal::CaptureStderr();
  const auto sink =
      make_terminal_progress({.title = "sweep", .refresh_interval = std::chrono::milliseconds{0}});
  sink->started({.units = 2});
  sink->unit_failed("unit 1", "rank 2", "out of memory");
  sink->ended({.units = 2, .done_now = 2, .seconds = 1.0});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("\rsweep [>"), std::string::npos) << text;
  EXPECT_NE(text.find("sweep: unit 1 failed on rank 2: out of memory\x1b[K\n"), std::string::npos) << text;
  EXPECT_NE(text.find("sweep: 2 of 2 units done after 1.0 s"), std::string::npos) << text;
}

TEST(Progress, TheLogHasNoControlCharactersAndKeepsItsInterval) {
  testing::internal::CaptureStderr();
  const auto sink = make_log_progress({.title = "sweep", .log_interval = std::chrono::hours{1}});
  sink->started({.units = 2});
  for (int i = 0; i < 100; ++i) sink->advanced({.units = 2, .done_now = 1});
  sink->ended({.units = 2, .done_now = 2, .seconds = 1.0});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(Progress, OfManyFailedUnitsTheLogNamesTheFirstOnes) {
  testing::internal::CaptureStderr();
  {
    const LogScope log{{}, {"sweep", 0}};
    const auto sink = make_log_progress({.title = "sweep"});
    for (int unit = 0; unit < 500; ++unit) sink->unit_failed("unit 1", "rank 2", "out of memory");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("rank 0 warning: unit 1: failed on rank 2: out of memory"), std::string::npos) << text;
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50) << text;
  EXPECT_NE(text.find("more were left out"), std::string::npos) << text;
}

}  // namespace
}  // namespace harsanyi
