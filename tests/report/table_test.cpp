#include "orchestrator/report/table.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

Table table_of(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows) {
  return {
      .name = "t", .title = "Title", .note = "Note.", .columns = std::move(columns), .rows = std::move(rows)};
}

TEST(Csv, QuotesOnlyCellsThatNeedItAndEndsLinesWithCrLf) {
  EXPECT_EQ(to_csv(table_of({"plain", "a,b"}, {{"say \"no\"", "two\nlines"}, {"", "x y"}})),
            "plain,\"a,b\"\r\n\"say \"\"no\"\"\",\"two\nlines\"\r\n,x y\r\n");
}

TEST(Csv, OfNoRowsIsItsHeader) {
  EXPECT_EQ(to_csv(table_of({"a", "b"}, {})), "a,b\r\n");
}

TEST(Markdown, HasTitleHeaderRowsAndNote) {
  EXPECT_EQ(to_markdown(table_of({"a", "b"}, {{"1", "2"}})),
            "## Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nNote.\n");
}

TEST(Markdown, KeepsACellWithinItsColumnAndLine) {
  EXPECT_EQ(to_markdown({.name = "t", .title = "T", .note = "", .columns = {"a"}, .rows = {{"x|y\nz\\"}}}),
            "## T\n\n| a |\n| --- |\n| x\\|y z\\\\ |\n");
}

TEST(PlainText, PadsColumnsByCharactersNotBytes) {
  EXPECT_EQ(to_plain_text(table_of({"name", "n"}, {{"é", "1"}, {"longer", "2"}})),
            "Title\nname    n\né       1\nlonger  2\n");
}

TEST(Table, WithARaggedRowIsRefusedByEveryWriter) {
  const Table ragged = table_of({"a", "b"}, {{"1", "2"}, {"3"}});
  EXPECT_THROW((void)to_csv(ragged), ReportError);
  EXPECT_THROW((void)to_markdown(ragged), ReportError);
  EXPECT_THROW((void)to_plain_text(ragged), ReportError);
}

}  // namespace
}  // namespace harsanyi
