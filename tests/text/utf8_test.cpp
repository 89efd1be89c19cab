#include "worker/text/utf8.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(Utf8, EveryCodePointSurvivesWritingAndReading) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    utf8::append(text, c);
    ASSERT_EQ(utf8::first_invalid_byte(text), std::nullopt);
    ASSERT_EQ(utf8::sequence_length(text.front()), text.size());
    ASSERT_EQ(utf8::code_point(text, 0), c);
  }
}

TEST(Utf8, FindsTheLastCharacterOfEveryLength) {
  for (const char32_t c : {U'a', U'é', U'日', U'\U0001F642'}) {
    std::string text = "é";
    utf8::append(text, c);
    EXPECT_EQ(utf8::last_character(text), 2U);
  }
}

TEST(Utf8, NamesTheFirstInvalidByte) {
  const std::string sound = "twelve bytes";
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF8", "\xFF", "\xE2\x82"})
    EXPECT_EQ(utf8::first_invalid_byte(sound + bad + "x"), sound.size());
}

TEST(Utf8, LossyReplacesEachMaximalPart) {
  // The example of the Unicode Standard, section 3.9, table 3-8.
  EXPECT_EQ(utf8::lossy("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"), "a���b�c��d");
  EXPECT_EQ(utf8::lossy("\xED\xA0\x80"), "���");
  EXPECT_EQ(utf8::lossy("naïve"), "naïve");
}

}  // namespace
}  // namespace harsanyi
