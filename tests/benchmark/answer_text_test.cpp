#include "worker/benchmark/answer_text.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "worker/benchmark/yes_no.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

TEST(AnswerText, IsCutBehindTheFirstFullStop) {
  EXPECT_EQ(cut_at_period("Paris. It is"), "Paris.");
  EXPECT_EQ(cut_at_period("Paris"), "Paris.");
  EXPECT_EQ(cut_at_period(""), ".");
  EXPECT_EQ(cut_at_period(" 3.5 million."), " 3.");
}

// The expected texts are those of SQuAD's own script under Python 3.11.
TEST(NormalisedAnswer, IsSquadsOwn) {
  EXPECT_EQ(normalised_answer("The  Cat."), "cat");
  EXPECT_EQ(normalised_answer(" a b an\tc the "), "b c");
  EXPECT_EQ(normalised_answer("the-atre U.S. theatre"), "theatre us theatre");
  EXPECT_EQ(normalised_answer("x\u00A0y\u3000\u2028z\x1f!"), "x y z");
  EXPECT_EQ(normalised_answer("A\u2013B the\u0301"), "\u2013b \u0301");  // a mark ends a word
  EXPECT_EQ(normalised_answer("\u00C9MILE \u0130 \u212A"), "\u00E9mile i\u0307 k");
  EXPECT_EQ(normalised_answer("a_b \u00B2a a\u00B2"), "ab \u00B2a a\u00B2");  // a digit is part of a word
  EXPECT_EQ(normalised_answer(""), "");
  EXPECT_EQ(normalised_answer("the. A"), "");
}

TEST(NormalisedAnswer, OfInvalidUtf8HasReplacementCharacters) {
  EXPECT_EQ(normalised_answer("x\xff y"), "x\uFFFD y");
}

// spec prompts.md section 8, test 5
TEST(ScoreAnswer, IsTheSpecificationsTable) {
  EXPECT_EQ(score_answer("the Cat.", "cat").exact_match, 1.0);
  EXPECT_EQ(score_answer("the Cat.", "cat").f1, 1.0);
  EXPECT_EQ(score_answer("a b c.", "b c d").exact_match, 0.0);
  EXPECT_DOUBLE_EQ(score_answer("a b c.", "b c d").f1, 0.8);
}

TEST(ScoreAnswer, CountsWordsAsBags) {
  EXPECT_DOUBLE_EQ(score_answer("dog", "dog dog cat").f1, 0.5);
  EXPECT_DOUBLE_EQ(score_answer("dog dog dog", "dog cat").f1, 0.4);
  EXPECT_EQ(score_answer("c b", "b c").f1, 1.0);
  EXPECT_EQ(score_answer("c b", "b c").exact_match, 0.0);
}

TEST(ScoreAnswer, OfNothingIsRightForNothingAlone) {
  EXPECT_EQ(score_answer("the.", "").f1, 1.0);
  EXPECT_EQ(score_answer("", "cat").f1, 0.0);
  EXPECT_EQ(score_answer("cat", "a").f1, 0.0);
}

TEST(ScoreAgainst, TakesEachMeasuresMaximumAndTheFirstAnswerApart) {
  const std::vector<std::string> golds{"the long river Rhine", "rhine", "river rhine"};
  const AnswerScores scores = score_against("Rhine.", golds);
  EXPECT_EQ(scores.best.exact_match, 1.0);
  EXPECT_EQ(scores.best.f1, 1.0);
  EXPECT_EQ(scores.first.exact_match, 0.0);
  EXPECT_DOUBLE_EQ(scores.first.f1, 0.5);
  EXPECT_THROW((void)score_against("x", {}), BenchmarkError);
}

TEST(YesNo, IsNoForTheReleasesWordsAlone) {
  for (const char* no : {"No", "no.", "yes, there is no dog", "isn't.", "don't know", " No", "N,o"})
    EXPECT_FALSE(says_yes(no)) << no;
  for (const char* yes : {"Yes", "", "nothing", "Not", "NO!", "No\nway", "cannot"})
    EXPECT_TRUE(says_yes(yes)) << yes;
}

TEST(AnswerText, AgreesWithThePublishedCode) {
  const char* shared = std::getenv("HARSANYI_SHARED");
  if (shared == nullptr)
    GTEST_SKIP() << "HARSANYI_SHARED is not set: the published code's answers are not there";
  const json oracle = json::parse(std::ifstream{std::filesystem::path{shared} / "oracle" / "text.json"});
  const auto text = [](const json& one, const char* key) { return one.at(key).get<std::string>(); };
  for (const json& one : oracle.at("cut_at_period"))
    EXPECT_EQ(cut_at_period(text(one, "generated")), text(one, "prediction"));
  for (const json& one : oracle.at("exact_f1")) {
    EXPECT_EQ(normalised_answer(text(one, "gold")), text(one, "gold_normalized"));
    EXPECT_EQ(normalised_answer(text(one, "pred")), text(one, "pred_normalized"));
    const AnswerScore score = score_answer(text(one, "pred"), text(one, "gold"));
    EXPECT_EQ(score.exact_match, one.at("exact").get<double>());
    EXPECT_EQ(score.f1, one.at("f1").get<double>()) << one;
  }
  for (const json& one : oracle.at("yes_no"))
    EXPECT_EQ(says_yes(text(one, "answer")), one.at("verdict") == 1) << one;
}

}  // namespace
}  // namespace harsanyi
