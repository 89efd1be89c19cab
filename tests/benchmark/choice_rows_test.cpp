#include "row_maker.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;

constexpr TokenId kLetterA = test::kByteVocabulary;

Benchmark quiz() {
  Benchmark quiz;
  quiz.name = "quiz";
  quiz.kind = BenchmarkKind::multiple_choice;
  quiz.instruction = "Choose.\n\n";
  quiz.prompt_template = "{q}";
  quiz.options_field = "choices.text";
  quiz.label_field = "key";
  quiz.label_form = LabelForm::letter;
  quiz.likelihood.context = "Question: {q}\nAnswer:";
  quiz.value = ValueKind::full_vocabulary;
  return quiz;
}

std::string row(const std::string& options, const std::string& key) {
  return R"({"q": "Which?", "choices": {"text": )" + options + R"(}, "key": )" + key + "}\n";
}

class ChoiceRows : public test::RowMaker {};

TEST_F(ChoiceRows, ListTheirOptionsUnderLetters) {
  const PreparedRows rows =
      prepare(quiz(), row(R"(["w", "x", "é"])", R"("B")") + row(R"(["p", "q", "r", "s", "t"])", R"("E")"));
  EXPECT_EQ(rows.rows[0].text, "Choose.\n\nWhich?\nA. w\nB. x\nC. é\nAnswer:");
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens_of(rows.rows[0].text, true));
  EXPECT_EQ(rows.rows[0].prompt.gold, 1);
  EXPECT_EQ(rows.rows[1].prompt.gold, 4);
  EXPECT_EQ(rows.rows[0].options, (std::vector<std::string>{"w", "x", "é"}));
  EXPECT_TRUE(rows.rows[0].prompt.continuations.empty());
  EXPECT_TRUE(rows.rows[0].gold_answers.empty());
}

TEST_F(ChoiceRows, HaveTheLettersOfTheirOwnOptionsAsLabels) {
  const PreparedRows rows =
      prepare(quiz(), row(R"(["w", "x", "y"])", R"("B")") + row(R"(["p", "q", "r", "s", "t"])", R"("E")"));
  EXPECT_EQ(rows.rows[0].prompt.label_tokens, (std::vector<TokenId>{kLetterA, kLetterA + 1, kLetterA + 2}));
  EXPECT_EQ(rows.rows[1].prompt.label_tokens.size(), 5U);
  EXPECT_EQ(rows.label_words, (std::vector<std::string>{"A", "B", "C", "D", "E"}));
}

// spec prompts.md section 8, test 3
TEST_F(ChoiceRows, TakeDigitKeysFromOne) {
  for (int digit = 1; digit <= 4; ++digit) {
    const PreparedRows rows =
        prepare(quiz(), row(R"(["w", "x", "y", "z"])", "\"" + std::to_string(digit) + "\""));
    EXPECT_EQ(rows.rows[0].prompt.gold, digit - 1);
  }
}

TEST_F(ChoiceRows, TakeOptionsFromOneFieldEachAndAnIndexFromZero) {
  Benchmark pair = quiz();
  pair.options_field.clear();
  pair.option_fields = {"one", "two"};
  pair.label_form = LabelForm::index;
  const PreparedRows rows = prepare(pair, R"({"q": "Q", "one": "a", "two": "b", "key": "1"})");
  EXPECT_EQ(rows.rows[0].text, "Choose.\n\nQ\nA. a\nB. b\nAnswer:");
  EXPECT_EQ(rows.rows[0].prompt.gold, 1);
}

TEST_F(ChoiceRows, AreRefusedWithFileLineAndField) {
  const std::string good = row(R"(["w", "x", "y"])", R"("A")");
  for (const char* key : {R"("D")", R"("4")", R"("0")", R"("a")", R"("AB")", R"("")", R"("É")"})
    expect_parts(message_for(quiz(), good + row(R"(["w", "x", "y"])", key)),
                 {"rows.jsonl, line 2", "'key'", "3 choices", "A to C"});
  expect_parts(message_for(quiz(), row(R"(["w", "x"])", "1")), {"line 1", "'key'", "must be a text"});
  expect_parts(message_for(quiz(), row(R"(["w"])", R"("A")")), {"line 1", "1 choices", "'choices.text'"});
  expect_parts(message_for(quiz(), row(R"([])", R"("A")")), {"line 1", "0 choices"});
  expect_parts(message_for(quiz(), row(R"(["1","2","3","4","5","6","7","8"])", R"("A")")),
               {"line 1", "8 choices", "2 to 7"});
  expect_parts(message_for(quiz(), row(R"(["w", 3])", R"("A")")), {"line 1", "'choices.text'", "3"});
  expect_parts(message_for(quiz(), row("3", R"("A")")), {"line 1", "'choices.text'", "list"});
  expect_parts(message_for(quiz(), R"({"q": "Q", "choices": [1], "key": "A"})"),
               {"line 1", "'choices'", "object"});
  expect_parts(message_for(quiz(), R"({"q": "Q", "choices": {"texts": []}, "key": "A"})"),
               {"line 1", "'choices.text'", "missing", "'texts'"});
}

TEST_F(ChoiceRows, NeedOneTokenPerLetter) {
  const Tokenizer bytes = test::load_byte_tokenizer(folder_.path());
  const auto file = write(row(R"(["w", "x"])", R"("A")"));
  expect_parts(test::message_of([&] {
                 (void)prepare_rows(quiz(), file, {}, &bytes, {1000, test::kByteVocabulary});
               }),
               {"rows.jsonl, line 1", "'quiz'", "' A'", "[32 65]", "option_likelihood"});
}

TEST_F(ChoiceRows, TakeTheReleasesLettersFromBehindTheBeginToken) {
  const PromptRules release{.letters = LetterRule::release};
  const std::string two = row(R"(["w", "x"])", R"("A")");
  EXPECT_EQ(prepare(quiz(), two, release).rows[0].prompt.label_tokens,
            (std::vector<TokenId>{kLetterA, kLetterA + 1}));

  const Tokenizer no_begin = test::load_byte_tokenizer(folder_.path(), test::letter_words(), false);
  const auto message_with = [&](const Tokenizer& tokenizer) {
    return test::message_of(
        [&] { (void)prepare_rows(quiz(), write(two), {}, &tokenizer, limits_, release); });
  };
  expect_parts(message_with(no_begin), {"line 1", "'quiz'", "second token", "' A'", "in_context"});
  // " A" is two bytes here, and the first one, the blank, is that of " B" too.
  expect_parts(message_with(test::load_byte_tokenizer(folder_.path())), {"' A'", "' B'", "same token 32"});
}

class OptionLikelihood : public ChoiceRows {
 protected:
  const PromptRules rules_{.scoring = ChoiceScoring::option_likelihood};
};

TEST_F(OptionLikelihood, LeavesInstructionAndOptionsOut) {
  const PreparedRows rows = prepare(quiz(), row(R"(["w", "x y"])", R"("B")"), rules_);
  const PreparedRow& one = rows.rows[0];
  EXPECT_EQ(one.text, "Question: Which?\nAnswer:");
  EXPECT_EQ(one.prompt.tokens, tokens_of(one.text, true));
  EXPECT_EQ(one.prompt.continuations,
            (std::vector<std::vector<TokenId>>{tokens_of(" w"), tokens_of(" x y")}));
  EXPECT_EQ(one.options, (std::vector<std::string>{"w", "x y"}));
  EXPECT_EQ(one.prompt.gold, 1);
  EXPECT_TRUE(one.prompt.label_tokens.empty());
  EXPECT_EQ(rows.label_words, (std::vector<std::string>{"A", "B"}));
}

TEST_F(OptionLikelihood, MovesTrailingSpacesOfTheContextToTheOptions) {
  Benchmark spaced = quiz();
  spaced.likelihood.context = "{q}: \u00A0";
  const std::string file = row(R"(["w", "x"])", R"("B")");
  const PreparedRow one = prepare(spaced, file, rules_).rows[0];
  EXPECT_EQ(one.text, "Which?:");
  EXPECT_EQ(one.prompt.continuations[0], tokens_of(" \u00A0 w"));
}

TEST_F(OptionLikelihood, ShortensAndReplacesWhatTheEntrySays) {
  Benchmark cause = quiz();
  cause.likelihood = {"{q} {key}", {"q"}, {{"key", {{"A", "because"}, {"B", "so"}}}}};
  const std::string options = R"("choices": {"text": ["w", "x"]})";
  EXPECT_EQ(
      prepare(cause, R"({"q": " Rain falls\u3002 ", "key": "A", )" + options + "}", rules_).rows[0].text,
      "Rain falls because");
  cause.likelihood.words["key"].erase("A");
  expect_parts(message_for(cause, R"({"q": "x.", "key": "A", )" + options + "}", rules_),
               {"line 1", "'key'", "'A'", "one of: B"});
}

TEST_F(OptionLikelihood, NeedsAContextInTheEntry) {
  Benchmark none = quiz();
  none.likelihood = {};
  expect_parts(message_for(none, row(R"(["w", "x"])", R"("B")"), rules_), {"'quiz'", "'likelihood'"});
}

}  // namespace
}  // namespace harsanyi
