#include "orchestrator/config/config_file.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "orchestrator/config/option_value.hpp"
#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

class ConfigFile : public testing::Test {
 protected:
  std::vector<ConfigEntry> read(const std::string& text) const {
    std::ofstream{folder_ / "run.ini"} << text;
    return read_config_file(folder_ / "run.ini");
  }
  std::string message_for(const std::string& text) const {
    try {
      (void)read(text);
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "no ConfigError";
  }

  test::TempFolder folder_;
};

TEST_F(ConfigFile, KeepsKeysValuesOrderAndLines) {
  const auto entries = read("# comment\nsamples = 3\n\nbenchmark=sst2  # the first\n  benchmark = mr\n");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].key, "samples");
  EXPECT_EQ(entries[0].value, "3");
  EXPECT_EQ(entries[0].line, 2);
  EXPECT_EQ(entries[1].value, "sst2");
  EXPECT_EQ(entries[2].value, "mr");
  EXPECT_EQ(entries[2].line, 5);
}

TEST_F(ConfigFile, ReadsBackEveryTextThatItWrites) {
  for (const char* value : {"plain", "two words", " outer ", "a#b", "back\\slash", "line\nbreak", "tab\t",
                            "a = b", "[x]", "é", "\\x23", "", "\"quoted\""}) {
    const auto entries = read(config_line("key", value) + "\n");
    ASSERT_EQ(entries.size(), 1U) << value;
    EXPECT_EQ(entries[0].value, value);
  }
}

TEST_F(ConfigFile, NamesFileAndLineOfWhatItCannotRead) {
  EXPECT_NE(message_for("a = 1\nnonsense\n").find("run.ini:2: 'nonsense'"), std::string::npos);
  EXPECT_NE(message_for("[sweep]\n").find("run.ini:1: sections are not used"), std::string::npos);
  for (const char* text : {"a = \\q", "a = \\x1", "a = \\xzz", "a = b\\"})
    EXPECT_NE(message_for(text).find("run.ini:1: a backslash"), std::string::npos) << text;
}

TEST_F(ConfigFile, NamesAFileThatCannotBeRead) {
  EXPECT_THROW((void)read_config_file(folder_ / "none.ini"), ConfigError);
  EXPECT_THROW((void)read_config_file(folder_.path()), ConfigError);
}

TEST_F(ConfigFile, NamesAFileThatIsFarTooLong) {
  EXPECT_NE(message_for(std::string(2'000'000, 'a')).find("more than 1048576 bytes"), std::string::npos);
  EXPECT_THROW((void)read_config_file("/dev/zero"), ConfigError);
}

TEST(OptionValue, APathHasNoNul) {
  EXPECT_FALSE(OptionValue<std::filesystem::path>::read(std::string_view{"a\0b", 3}));
}

}  // namespace
}  // namespace harsanyi
