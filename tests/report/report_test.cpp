#include "orchestrator/report/report.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

class ReportFolder : public testing::Test {
 protected:
  ~ReportFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] static std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("harsanyi_report_" + std::to_string(getpid()));
};

Report one_table() {
  Report report;
  report.title = "Demo";
  report.tables = {
      {.name = "mean", .title = "Mean", .note = "A note.", .columns = {"a", "b"}, .rows = {{"1", "x,y"}}}};
  report.cubes = {"sweep.h5"};
  return report;
}

TEST_F(ReportFolder, HoldsEveryTableTwiceAndTheJsonOfThePage) {
  write_report(one_table(), folder_ / "deep");
  EXPECT_EQ(text_of(folder_ / "deep" / "mean.csv"), to_csv(one_table().tables[0]));
  EXPECT_EQ(text_of(folder_ / "deep" / "mean.md"), to_markdown(one_table().tables[0]));
  EXPECT_EQ(text_of(folder_ / "deep" / "report.json"), to_json(one_table()));
}

TEST_F(ReportFolder, IsWrittenAnewByASecondCall) {
  write_report(one_table(), folder_);
  Report shorter = one_table();
  shorter.tables[0].rows.clear();
  write_report(shorter, folder_);
  EXPECT_EQ(text_of(folder_ / "mean.csv"), "a,b\r\n");
}

TEST_F(ReportFolder, ThatCannotBeMadeOrWrittenIsAnErrorThatNamesIt) {
  std::ofstream{folder_} << "a file is in the way";
  try {
    write_report(one_table(), folder_ / "below");
    FAIL() << "a folder was made below a file";
  } catch (const ReportError& error) {
    EXPECT_NE(std::string{error.what()}.find(folder_.string()), std::string::npos) << error.what();
  }
  std::filesystem::remove(folder_);
  std::filesystem::create_directories(folder_ / "mean.csv");
  EXPECT_THROW(write_report(one_table(), folder_), StorageError);
}

TEST_F(ReportFolder, HasNoFileForATableWithoutAPlainOrUniqueName) {
  for (const char* name : {"", "../escape", "Mean", "a b"}) {
    Report report = one_table();
    report.tables[0].name = name;
    EXPECT_THROW(write_report(report, folder_), ReportError) << name;
  }
  Report twice = one_table();
  twice.tables.push_back(twice.tables[0]);
  EXPECT_THROW(write_report(twice, folder_), ReportError);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST(ReportJson, HasTheFieldsThatThePageReads) {
  const auto json = nlohmann::json::parse(to_json(one_table()));
  EXPECT_EQ(json.at("title"), "Demo");
  EXPECT_EQ(json.at("cubes"), nlohmann::json::array({"sweep.h5"}));
  for (const char* none : {"groups", "results"}) EXPECT_EQ(json.at(none), nlohmann::json::array()) << none;
  for (const char* absent : {"attention_before", "attention_after"})
    EXPECT_TRUE(json.at(absent).is_null()) << absent;
  const auto& table = json.at("tables").at(0);
  EXPECT_EQ(table.at("name"), "mean");
  EXPECT_EQ(table.at("title"), "Mean");
  EXPECT_EQ(table.at("note"), "A note.");
  EXPECT_EQ(table.at("columns"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.at("rows").at(0), (std::vector<std::string>{"1", "x,y"}));
}

TEST(ReportJson, OfBytesThatAreNoUtf8IsStillJson) {
  Report report = one_table();
  report.tables[0].rows[0][0] = "bad\xff";
  EXPECT_EQ(nlohmann::json::parse(to_json(report)).at("tables").at(0).at("rows").at(0).at(0), "bad\uFFFD");
}

TEST(ReportJson, RefusesARaggedTable) {
  Report report = one_table();
  report.tables[0].rows[0].pop_back();
  EXPECT_THROW((void)to_json(report), ReportError);
}

}  // namespace
}  // namespace harsanyi
