#include "worker/text/regex.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "worker/text/regex_syntax.hpp"

namespace harsanyi {
namespace {

std::vector<std::string> matches(const char* pattern, std::string_view text) {
  std::vector<Span> spans;
  Regex::from_oniguruma(pattern, "test").cut(text, spans);
  std::vector<std::string> found;
  for (const Span& span : spans)
    if (span.is_match) found.emplace_back(text.substr(span.begin, span.end - span.begin));
  return found;
}

using Found = std::vector<std::string>;

TEST(RegexSyntax, WritesWhatPcre2ReadsDifferently) {
  EXPECT_EQ(pcre2_pattern(R"(\s+(?!\S)|[^\s\p{L}])", "t"),
            R"(\p{White_Space}+(?!\P{White_Space})|[^\p{White_Space}\p{L}])");
  EXPECT_EQ(pcre2_pattern(R"(\p{^Lu}\P{^N}\p{Han})", "t"), R"(\P{Lu}\p{N}\p{sc:Han})");
  EXPECT_EQ(pcre2_pattern(R"((?i:'s|é)?+x{1,3}?\u00e9)", "t"), R"((?i:'s|é)?+x{1,3}?\x{00e9})");
}

TEST(RegexSyntax, RefusesWhatTheEnginesReadDifferently) {
  for (const char* pattern :
       {R"(\h)",  R"(\v)",       R"(\b)",   R"(\1)",   R"(\G)",   "a(?i)b", "(?<name>a)",       "[a[b]]",
        "[a&&b]", "[[:alpha:]]", "a{,2}",   "a{2}?",   "a{1,2}+", "a{",     R"(\p{Greek_And})", R"(\pL)",
        "[]a]",   "[a",          R"([\W])", R"([\A])", R"(\xE9)", "(?#c)",  "(*UTF)a",          "\\"})
    EXPECT_THROW(std::ignore = pcre2_pattern(pattern, "t"), TextError) << pattern;
}

TEST(Regex, CoversTheTextWithoutGaps) {
  std::vector<Span> spans;
  Regex::from_oniguruma("b+", "test").cut("abbcb", spans);
  EXPECT_EQ(spans, (std::vector<Span>{{0, 1, false}, {1, 3, true}, {3, 4, false}, {4, 5, true}}));
}

TEST(Regex, CountsNoEmptyMatchRightAfterAMatch) {
  std::vector<Span> spans;
  Regex::from_oniguruma("b*", "test").cut("abb", spans);
  EXPECT_EQ(spans, (std::vector<Span>{{0, 0, true}, {0, 1, false}, {1, 3, true}}));
}

TEST(Regex, TakesTheWhiteSpaceOfUnicodeAndNotTheMongolianVowelSeparator) {
  EXPECT_EQ(matches(R"(\s)", "\u00a0\u180e\u2003"), (Found{"\u00a0", "\u2003"}));
}

TEST(Regex, KnowsLettersAndDigitsOfUnicode16) {
  EXPECT_EQ(matches(R"(\p{L}+)", "a\U000105C0\u1C89!"), (Found{"a\U000105C0\u1C89"}));
  EXPECT_EQ(matches(R"(\p{N}+)", "1\U0001CCF0x"), (Found{"1\U0001CCF0"}));
}

TEST(Regex, AnchorsStandAtLines) {
  EXPECT_EQ(matches("^b", "b\nb\r^b"), (Found{"b", "b"}));
  EXPECT_EQ(matches("b$", "b\nb"), (Found{"b", "b"}));
}

TEST(Regex, AnchorsStandAtTheTextWhereTheyAreWrittenSo) {
  EXPECT_EQ(matches(R"(\Ab+)", "bb\nb"), (Found{"bb"}));
  EXPECT_EQ(matches(R"(b+\z)", "bb\nb"), (Found{"b"}));
  EXPECT_EQ(matches(R"(b+\z)", "b\n"), Found{});
}

TEST(Regex, FoldsCaseBeyondAscii) {
  EXPECT_EQ(matches("(?i:'s)", "'S'ſ's"), (Found{"'S", "'ſ", "'s"}));
}

TEST(Regex, EndlessBacktrackingEndsWithAnError) {
  std::vector<Span> spans;
  const auto regex = Regex::from_oniguruma("(a+)+$|(?:(?:a|aa)+)+c", "test");
  EXPECT_THROW(regex.cut(std::string(5000, 'a') + "b", spans), TextError);
}

}  // namespace
}  // namespace harsanyi
