#include "worker/text/normalizer.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(NormalForm, ComposesAndDecomposes) {
  EXPECT_EQ(to_normal_form("e\u0301", NormalForm::nfc), "\u00e9");
  EXPECT_EQ(to_normal_form("\u00e9", NormalForm::nfd), "e\u0301");
  EXPECT_EQ(to_normal_form("\ufb01", NormalForm::nfc), "\ufb01");
  EXPECT_EQ(to_normal_form("\ufb01", NormalForm::nfkc), "fi");
  EXPECT_EQ(to_normal_form("\ufb01\u00e9", NormalForm::nfkd), "fie\u0301");
}

TEST(NormalForm, LeavesCharactersThatThePackageDoesNotKnow) {
  EXPECT_EQ(to_normal_form("\u32ff\u2460", NormalForm::nfkc), "\u32ff1");
}

TEST(NormalForm, IsIdempotent) {
  const std::string text = "a\u0323\u0307 \uac01 \u2126 \u1e9b\u0323";
  for (const auto form : {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd}) {
    const auto once = to_normal_form(text, form);
    EXPECT_EQ(to_normal_form(once, form), once);
  }
}

TEST(Lowercase, TakesEachCharacterByItself) {
  EXPECT_EQ(changed("AbÀÉΣΑΣ", CharacterChange::lowercase), "abàéσασ");
  EXPECT_EQ(changed("İ", CharacterChange::lowercase), "i\u0307");
}

TEST(Lowercase, KnowsTheLettersOfUnicode17) {
  EXPECT_EQ(changed("\U00010d65\U00016ea1\ua7cb", CharacterChange::lowercase), "\U00010d85\U00016ebc\u0264");
}

TEST(StripAccents, TakesMarksOfUnicode9AndNoOthers) {
  EXPECT_EQ(changed("e\u0301\u0903\u20ddx\u1cf2", CharacterChange::strip_accents), "ex");
  EXPECT_EQ(changed("\u0898é", CharacterChange::strip_accents), "\u0898é");
}

std::string normalized(const char* normalizer, std::string text) {
  const auto file = nlohmann::json::parse(normalizer);
  return Normalizer{JsonPart{file, "test: "}}.apply(std::move(text));
}

TEST(Strip, TakesWhiteSpaceOffTheSideItIsTold) {
  const std::string text = "\u3000\t a b\u200b \u0085";
  EXPECT_EQ(normalized(R"({"type": "Strip", "strip_left": true, "strip_right": false})", text),
            "a b\u200b \u0085");
  EXPECT_EQ(normalized(R"({"type": "Strip", "strip_left": false, "strip_right": true})", text),
            "\u3000\t a b\u200b");
  EXPECT_EQ(normalized(R"({"type": "Strip", "strip_left": true, "strip_right": true})", " \u00a0\n"), "");
}

TEST(Replace, AnchorsStandAtTheEndsOfTheText) {
  const auto* strip = R"({"type": "Replace", "pattern": {"Regex": "\\A +| +\\z"}, "content": ""})";
  EXPECT_EQ(normalized(strip, "  a  \n b  "), "a  \n b");
}

TEST(Normalizer, AppliesItsStepsInOrder) {
  const auto file = nlohmann::json::parse(
      R"({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"},
          {"type": "Replace", "pattern": {"String": " "}, "content": "_"}]})");
  const Normalizer normalizer{JsonPart{file, "test: "}};
  EXPECT_EQ(normalizer.apply("a b"), "_a_b");
  EXPECT_EQ(normalizer.apply(""), "");
}

}  // namespace
}  // namespace harsanyi
