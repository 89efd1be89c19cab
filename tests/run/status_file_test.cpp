#include "orchestrator/run/status_file.hpp"

#include <csignal>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

std::string read_error(const std::filesystem::path& record) {
  try {
    (void)read_status(record);
  } catch (const StorageError& e) {
    return e.what();
  }
  return "no StorageError";
}

TEST(StatusFile, TellsWhatTheRunTellsIt) {
  const test::TempFolder folder;
  StatusFile file{folder / "cube.h5", 4, milliseconds{0}};
  file.started("sweep", {.units = 10, .done_before = 2});
  file.advanced({.units = 10,
                 .done_before = 2,
                 .done_now = 3,
                 .in_flight = 4,
                 .set_aside = 1,
                 .failures = 2,
                 .cost_done = 30.0,
                 .cost_left = 40.0,
                 .seconds = 6.0});
  const RunStatus status = read_status(folder / "cube.h5");
  EXPECT_EQ(status.state, RunState::running);
  EXPECT_EQ(status.title, "sweep");
  EXPECT_EQ(status.ranks, 4);
  EXPECT_EQ(progress_text(status.progress),
            "5/10 units, 4 left, 2 failed attempts, 1 set aside, 0.5 units/s, 8.0 s left");
  EXPECT_LT(std::chrono::system_clock::now() - status.written, hours{1});
}

TEST(StatusFile, IsWrittenAtMostOnceInEachInterval) {
  const test::TempFolder folder;
  StatusFile file{folder / "cube.h5", 1, hours{1}};
  file.started("sweep", {.units = 10});
  file.advanced({.units = 10, .done_now = 5});
  EXPECT_EQ(read_status(folder / "cube.h5").progress.done_now, 0);
  file.ended({.units = 10, .done_now = 10}, true);
  EXPECT_EQ(read_status(folder / "cube.h5").progress.done_now, 10);
}

TEST(StatusFile, NamesHowTheRunEnded) {
  const test::TempFolder folder;
  const auto state_after = [&](const RunOutcome& outcome, bool complete) {
    StatusFile file{folder / "cube.h5", 1};
    file.started("sweep", {.units = 10});
    file.ended(outcome, complete);
    return read_status(folder / "cube.h5").state;
  };
  EXPECT_EQ(state_after({.units = 10, .done_now = 10}, true), RunState::complete);
  EXPECT_EQ(state_after({.units = 10, .left = 4, .interrupted_by = SIGUSR1}, false), RunState::interrupted);
  EXPECT_EQ(state_after({.units = 10, .set_aside = {{UnitId{3}, "no memory"}}}, false), RunState::incomplete);
  // Every unit done, then the completion mark could not be written: not complete.
  EXPECT_EQ(state_after({.units = 10, .done_now = 10}, false), RunState::incomplete);
}

TEST(StatusFile, OfARunThatEndsByAnErrorSaysFailed) {
  const test::TempFolder folder;
  {
    StatusFile file{folder / "cube.h5", 1};
    file.started("sweep", {.units = 10});
  }
  EXPECT_EQ(read_status(folder / "cube.h5").state, RunState::failed);
}

TEST(StatusFile, OfARunThatNeverBeganIsNotThere) {
  const test::TempFolder folder;
  { const StatusFile file{folder / "cube.h5", 1}; }
  EXPECT_NE(read_error(folder / "cube.h5").find("harsanyi inspect"), std::string::npos);
}

TEST(StatusFile, LeavesTheRunAloneWhereItCannotBeWritten) {
  const test::TempFolder folder;
  StatusFile file{folder / "no such folder" / "cube.h5", 1, milliseconds{0}};
  file.started("sweep", {.units = 10});
  file.advanced({.units = 10});
  EXPECT_FALSE(std::filesystem::exists(folder / "no such folder"));
}

TEST(StatusFile, DamagedNamesTheFile) {
  const test::TempFolder folder;
  for (const char* text : {"", "{", "[]", "{\"state\": \"running\"}", "{\"state\": \"asleep\"}"}) {
    std::ofstream{folder / "cube.h5.status.json"} << text;
    EXPECT_NE(read_error(folder / "cube.h5").find("cube.h5.status.json"), std::string::npos) << text;
  }
}

std::string sound_status(const std::string& key, const std::string& value) {
  std::map<std::string, std::string> members{
      {"state", "\"running\""}, {"title", "\"sweep\""}, {"units", "10"},        {"done", "5"},
      {"done_before", "2"},     {"in_flight", "4"},     {"set_aside", "1"},     {"failed_attempts", "2"},
      {"cost_done", "3.5"},     {"cost_left", "4"},     {"seconds", "6"},       {"ranks", "4"},
      {"host", "\"node\""},     {"pid", "12"},          {"slurm_job", "\"7\""}, {"restarts", "1"},
      {"written", "1.75e9"}};
  members[key] = value;
  std::string text;
  for (const auto& [name, member] : members) text += (text.empty() ? "{\"" : ", \"") + name + "\": " + member;
  return text + "}";
}

TEST(StatusFile, WithNumbersThatNoRunHasNamesThem) {
  const test::TempFolder folder;
  const auto refusal = [&](const std::string& key, const std::string& value) {
    std::ofstream{folder / "cube.h5.status.json"} << sound_status(key, value);
    return read_error(folder / "cube.h5");
  };
  EXPECT_EQ(refusal("units", "10"), "no StorageError");
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{{"units", "-1"},
                                                                                   {"units", "1e300"},
                                                                                   {"pid", "4294967296"},
                                                                                   {"ranks", "1.5"},
                                                                                   {"done", "11"},
                                                                                   {"done_before", "6"},
                                                                                   {"set_aside", "11"},
                                                                                   {"written", "1e300"},
                                                                                   {"written", "-1"},
                                                                                   {"seconds", "1e30"},
                                                                                   {"cost_left", "-3"},
                                                                                   {"title", "7"}})
    EXPECT_NE(refusal(key, value), "no StorageError") << key << " " << value;
}

}  // namespace
}  // namespace harsanyi
