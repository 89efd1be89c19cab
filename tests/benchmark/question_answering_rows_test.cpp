#include "row_maker.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;

Benchmark reading() {
  Benchmark reading;
  reading.name = "reading";
  reading.kind = BenchmarkKind::question_answering;
  reading.instruction = "Read.\n\n";
  reading.prompt_template = "{text}\n{question}\n";
  reading.context_field = "text";
  reading.answers_field = "answers.text";
  reading.new_tokens = 5;
  reading.value = ValueKind::f1;
  return reading;
}

Benchmark reading_with_example() {
  Benchmark reading_ = reading();
  reading_.prompt_template = "{text}\n{example}Q {question}\nA ";
  reading_.example_template = "Q {question}\nA {answer}\n";
  return reading_;
}

std::string row(const std::string& text, const std::string& question, const std::string& answers) {
  return R"({"text": ")" + text + R"(", "question": ")" + question + R"(", "answers": {"text": )" + answers +
         "}}\n";
}

class QuestionAnswering : public test::RowMaker {};

TEST_F(QuestionAnswering, AsksAndKeepsEveryRightAnswerInOrder) {
  const PreparedRows rows = prepare(reading(), row("A dog.", "What?", R"(["a dog", "dog"])"));
  EXPECT_EQ(rows.rows[0].text, "Read.\n\nA dog.\nWhat?\n");
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens_of(rows.rows[0].text, true));
  EXPECT_EQ(rows.rows[0].gold_answers, (std::vector<std::string>{"a dog", "dog"}));
  EXPECT_TRUE(rows.rows[0].prompt.label_tokens.empty());
  EXPECT_TRUE(rows.rows[0].options.empty());
  EXPECT_TRUE(rows.label_words.empty());
}

TEST_F(QuestionAnswering, HasAnAnswerForUnanswerableQuestionsWhereTheEntrySaysSo) {
  Benchmark may_have_none = reading();
  may_have_none.unanswerable = "unanswerable";
  const PreparedRows rows = prepare(may_have_none, row("A dog.", "Who?", "[]"));
  EXPECT_EQ(rows.rows[0].gold_answers, (std::vector<std::string>{"unanswerable"}));
  expect_parts(message_for(reading(), row("A dog.", "Who?", "[]")),
               {"rows.jsonl, line 1", "'answers.text'", "'reading'", "no answer"});
}

TEST_F(QuestionAnswering, RefusesBlankContextsAndBadAnswers) {
  expect_parts(message_for(reading(), row("", "Who?", R"(["x"])")), {"line 1", "'text'", "blank"});
  expect_parts(message_for(reading(), row("\u00A0 ", "Who?", R"(["x"])")), {"line 1", "'text'", "blank"});
  expect_parts(message_for(reading(), row("A", "Who?", R"("x")")), {"line 1", "'answers.text'", "list"});
  expect_parts(message_for(reading(), row("A", "Who?", "[null]")), {"line 1", "'answers.text'", "null"});
}

TEST_F(QuestionAnswering, ShowsTheFirstOtherQuestionOfTheSameTextSolved) {
  Benchmark benchmark = reading_with_example();
  benchmark.unanswerable = "none";
  const std::string file = row("T1", "q1", R"(["a1", "x"])") + row("T2", "q2", R"(["a2"])") +
                           row("T1", "q3", "[]") + row("T1", "q4", R"(["a4"])");
  const PreparedRows rows = prepare(benchmark, file);
  EXPECT_EQ(rows.rows[0].text, "Read.\n\nT1\nQ q3\nA none\nQ q1\nA ");
  EXPECT_EQ(rows.rows[1].text, "Read.\n\nT2\nQ q2\nA ");  // no other question
  EXPECT_EQ(rows.rows[2].text, "Read.\n\nT1\nQ q1\nA a1\nQ q3\nA ");
  EXPECT_EQ(rows.rows[3].text, "Read.\n\nT1\nQ q1\nA a1\nQ q4\nA ");
}

}  // namespace
}  // namespace harsanyi
