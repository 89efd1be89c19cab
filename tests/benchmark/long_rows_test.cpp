#include "row_maker.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;

Benchmark plain() {
  Benchmark plain;
  plain.name = "plain";
  plain.instruction = "I ";
  plain.prompt_template = "{text}";
  plain.label_field = "label";
  plain.label_words = {"0", "1"};
  return plain;
}

std::string row(const std::string& text) {
  return R"({"text": ")" + text + R"(", "label": 0})" + "\n";
}

class LongRowsTest : public test::RowMaker {
 protected:
  LongRowsTest() { limits_.max_positions = 10; }
  const std::string file_ = row("abcdefg") + row("abcdefgh");  // begin token + 2 + 7 or 8: 10 and 11 tokens
};

TEST_F(LongRowsTest, StopNamingLineAndLengths) {
  expect_parts(message_for(plain(), file_), {"rows.jsonl, line 2", "11 tokens", "10 positions", "skip"});
  expect_parts(message_for(plain(), file_, {.new_tokens = 1}), {"line 1", "10 tokens", "answer needs 1"});
}

TEST_F(LongRowsTest, AreSkippedAndCounted) {
  const PreparedRows rows = prepare(plain(), file_, {.long_rows = LongRows::skip});
  ASSERT_EQ(rows.rows.size(), 1U);
  EXPECT_EQ(rows.rows[0].row, 0);
  EXPECT_EQ(rows.skipped, 1);
  EXPECT_EQ(rows.truncated, 0);
  expect_parts(message_for(plain(), file_, {.long_rows = LongRows::skip, .new_tokens = 1}),
               {"rows.jsonl", "all 2", "10 positions"});
}

TEST_F(LongRowsTest, AreCutAtTheFrontBehindTheBeginToken) {
  const PreparedRows rows = prepare(plain(), file_, {.long_rows = LongRows::truncate_left, .new_tokens = 1});
  EXPECT_EQ(rows.truncated, 2);
  EXPECT_EQ(rows.skipped, 0);
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens_of(" abcdefg", true));
  EXPECT_EQ(rows.rows[1].prompt.tokens, tokens_of("abcdefgh", true));
  EXPECT_EQ(rows.rows[1].text, "I abcdefgh");
  for (const int positions_left : {0, 1})
    expect_parts(message_for(plain(), file_,
                             {.long_rows = LongRows::truncate_left, .new_tokens = 10 - positions_left}),
                 {"line 1", "nothing of the text", "skip"});
}

TEST_F(LongRowsTest, OfATokenizerWithoutBeginTokenAreCutAtTheVeryFront) {
  const Tokenizer tokenizer = test::load_byte_tokenizer(folder_.path(), {}, /*bos=*/false);
  const PreparedRows rows = prepare_rows(plain(), write(row("abcdefghij")), {}, &tokenizer, limits_,
                                         {.long_rows = LongRows::truncate_left});
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens_of("abcdefghij"));
}

TEST_F(LongRowsTest, KeepRoomForTheLongestOption) {
  Benchmark quiz = plain();
  quiz.kind = BenchmarkKind::multiple_choice;
  quiz.option_fields = {"a", "b"};
  quiz.likelihood.context = "{text}";
  const std::string file = R"({"text": "abcdefg", "a": "x", "b": "xyz", "label": 0})";
  const PreparedRows rows = prepare(
      quiz, file, {.scoring = ChoiceScoring::option_likelihood, .long_rows = LongRows::truncate_left});
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens_of("cdefg", true));  // 10 less the 4 of " xyz"
  expect_parts(message_for(quiz, file, {.scoring = ChoiceScoring::option_likelihood}),
               {"8 tokens", "answer needs 4"});
}

TEST_F(LongRowsTest, OfTokensAreTreatedTheSameWay) {
  Benchmark tokens;
  tokens.kind = BenchmarkKind::tokens;
  const auto file = write(R"({"tokens": [1, 2, 3], "label_tokens": [7, 3], "gold": 1})");
  const PreparedRows rows =
      prepare_rows(tokens, file, {}, nullptr, {2, 50}, {.long_rows = LongRows::truncate_left});
  EXPECT_EQ(rows.rows[0].prompt.tokens, (std::vector<TokenId>{2, 3}));
}

}  // namespace
}  // namespace harsanyi
