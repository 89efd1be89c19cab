#include "orchestrator/records/csv_file.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

template <class... Cells>
std::string line_of(const Cells&... cells) {
  const TempFolder folder;
  CsvFile csv{folder / "a.csv", {"x"}};
  csv.row(cells...);
  EXPECT_EQ(csv.publish(), 1);
  const std::string content = content_of(folder / "a.csv");
  return content.substr(content.find('\n') + 1);
}

TEST(CsvFile, HasAHeaderAndOneLinePerRow) {
  const TempFolder folder;
  CsvFile csv{folder / "a.csv", {"layer", "name"}};
  csv.row(1, std::string{"a"});
  csv.row(2, std::string_view{"b"});
  EXPECT_EQ(csv.publish(), 2);
  EXPECT_EQ(content_of(folder / "a.csv"), "layer,name\n1,a\n2,b\n");
}

TEST(CsvFile, QuotesWhatWouldBreakALine) {
  EXPECT_EQ(
      line_of(std::string{"{0,2}"}, std::string{"say \"x\""}, std::string{"a\nb"}, std::string{"plain"}),
      "\"{0,2}\",\"say \"\"x\"\"\",\"a\nb\",plain\n");
}

// A reader that looks at the first rows alone must not take a column of real numbers for whole ones.
TEST(CsvFile, ShowsThatANumberIsReal) {
  EXPECT_EQ(line_of(1.0, 0.0, -3.0, 0.5, 1e-5, 1e300, 2.0F), "1.0,0.0,-3.0,0.5,1e-05,1e+300,2.0\n");
  EXPECT_EQ(line_of(std::numeric_limits<double>::infinity()), "inf\n");
}

TEST(CsvFile, LeavesTheCellOfNoNumberEmpty) {
  EXPECT_EQ(line_of(std::nan(""), 1, std::nanf("")), ",1,\n");
}

TEST(CsvFile, NumbersReadBackToTheSameBits) {
  for (const double number : {1.0 / 3.0, 0.1, -2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, 1e22,
                              123456789.123456789, -0.0}) {
    const double back = std::strtod(line_of(number).c_str(), nullptr);
    EXPECT_EQ(back, number);
    EXPECT_EQ(std::signbit(back), std::signbit(number));
  }
}

}  // namespace
}  // namespace harsanyi::test
