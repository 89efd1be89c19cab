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
