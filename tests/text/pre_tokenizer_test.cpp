#include "worker/text/pre_tokenizer.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

using Words = std::vector<std::string>;

Words words_of(const nlohmann::json& file, std::string_view text) {
  Words words;
  const PieceSink collect = [&](const Piece& piece) { words.emplace_back(piece.text); };
  PreTokenizer{JsonPart{file, "test: "}}.apply({text, true}, collect);
  return words;
}

Words split(const char* behavior, bool invert) {
  return words_of(
      {{"type", "Split"}, {"pattern", {{"String", "-"}}}, {"behavior", behavior}, {"invert", invert}},
      "the-final--countdown");
}

TEST(Split, EveryBehaviorKeepsItsSideOfTheDelimiter) {
  EXPECT_EQ(split("Isolated", false), (Words{"the", "-", "final", "-", "-", "countdown"}));
  EXPECT_EQ(split("Removed", false), (Words{"the", "final", "countdown"}));
  EXPECT_EQ(split("MergedWithPrevious", false), (Words{"the-", "final-", "-", "countdown"}));
  EXPECT_EQ(split("MergedWithNext", false), (Words{"the", "-final", "-", "-countdown"}));
  EXPECT_EQ(split("Contiguous", false), (Words{"the", "-", "final", "--", "countdown"}));
}

TEST(Split, InvertedRemovesWhatIsNotThePattern) {
  EXPECT_EQ(split("Removed", true), (Words{"-", "-", "-"}));
}

TEST(Digits, LookAheadOfALaterStepEndsAtTheDigit) {
  const nlohmann::json digits{{"type", "Digits"}, {"individual_digits", true}};
  const nlohmann::json byte_level{{"type", "ByteLevel"}, {"add_prefix_space", false}};
  const nlohmann::json both{{"type", "Sequence"}, {"pretokenizers", {digits, byte_level}}};
  EXPECT_EQ(words_of(both, "  12"), (Words{"  ", "1", "2"}));
  EXPECT_EQ(words_of(byte_level, "  12"), (Words{" ", " 12"}));
}

TEST(Metaspace, PrependsOnlyWhereItIsTold) {
  const auto words = [](const char* scheme, std::string_view text) {
    return words_of({{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", scheme}}, text);
  };
  EXPECT_EQ(words("always", "a b"), (Words{"_a", "_b"}));
  EXPECT_EQ(words("always", " a"), (Words{"_a"}));
  EXPECT_EQ(words("never", "a b"), (Words{"a", "_b"}));
}

}  // namespace
}  // namespace harsanyi
