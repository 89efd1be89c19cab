#include "orchestrator/log/line_text.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

const LogWriter kWriter{.name = "sweep", .rank = 3};
const std::chrono::system_clock::time_point kTime{std::chrono::milliseconds{1'769'879'109'123}};

std::string every_byte() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  return text;
}

TEST(LogLine, OfTextHasTimeRankLevelAndUnit) {
  const LogEvent event{.level = LogLevel::warning, .message = "out of memory", .unit = "unit 7"};
  const std::string text = text_of({event, kWriter, kTime, 0});
  EXPECT_EQ(text.substr(19), " rank 3 warning: unit 7: out of memory");
  EXPECT_EQ(text.substr(0, 5), "2026-");
  EXPECT_NE(text_of({event, kWriter, kTime, 12}).find("(12 more like it were left out before)"),
            std::string::npos);
}

TEST(LogLine, OfTextStaysOneLineWhateverIsInIt) {
  const LogEvent event{.message = every_byte() + "\n\x1b[2J end", .unit = "a\nb"};
  const std::string text = text_of({event, kWriter, kTime, 0});
  EXPECT_TRUE(std::none_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }));
  EXPECT_NE(text.find("\\n\\x1b[2J end"), std::string::npos);
}

TEST(LogLine, OfJsonIsOneObjectWithTheFieldsByName) {
  const LogEvent event{.level = LogLevel::warning, .message = "out of memory", .unit = "unit 7"};
  const auto object = parse_json(json_of({event, kWriter, kTime, 12}));
  EXPECT_EQ(object, parse_json(R"({"time": "2026-01-31T17:05:09.123Z", "level": "warning", "rank": 3,
      "command": "sweep", "unit": "unit 7", "message": "out of memory", "left_out": 12})"));
  EXPECT_FALSE(parse_json(json_of({{.message = "x"}, kWriter, kTime, 0})).contains("unit"));
}

TEST(LogLine, OfJsonIsValidWhateverIsInIt) {
  const LogEvent event{.message = every_byte(), .unit = "\xff\n\"\\"};
  const std::string text = json_of({event, kWriter, kTime, 0});
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto object = parse_json(text);
  EXPECT_EQ(object["unit"], "\xEF\xBF\xBD\n\"\\");
  EXPECT_EQ(object["message"].get<std::string>().substr(0, 128), every_byte().substr(0, 128));
}

}  // namespace
}  // namespace harsanyi
