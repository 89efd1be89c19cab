#include <set>

#include "row_maker.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;

Benchmark mood() {
  Benchmark mood;
  mood.name = "mood";
  mood.instruction = "Do.\n\n";
  mood.prompt_template = "In: {text} Out: ";
  mood.label_field = "label";
  mood.label_words = {" no", " yes", " so x"};
  return mood;
}

std::string numbered_rows(int count, const std::string& prefix) {
  std::string file;
  for (int i = 0; i < count; ++i)
    file += R"({"text": ")" + prefix + std::to_string(i) + R"(", "label": )" + std::to_string(i % 3) + "}\n";
  return file;
}

class ShotsInFront : public test::RowMaker {
 protected:
  /// Numbers of the rows "t<number>" that a prompt shows, its own question last.
  static std::vector<int> numbers_in(const std::string& prompt) {
    std::vector<int> numbers;
    for (std::size_t at = prompt.find("In: t"); at != std::string::npos; at = prompt.find("In: t", at + 1))
      numbers.push_back(std::stoi(prompt.substr(at + 5)));
    return numbers;
  }
};

TEST_F(ShotsInFront, AreSolvedRowsOfAnotherFileTheSameForEveryQuestion) {
  const PromptRules rules{.shots = 1, .shots_file = write(R"({"text": "s", "label": 2})", "train.jsonl")};
  const PreparedRows rows = prepare(mood(), numbered_rows(2, "t"), rules);
  EXPECT_EQ(rows.rows[0].text, "Do.\n\nIn: s Out:  so x\n\nIn: t0 Out: ");
  EXPECT_EQ(rows.rows[1].text, "Do.\n\nIn: s Out:  so x\n\nIn: t1 Out: ");
}

TEST_F(ShotsInFront, AreDrawnAsRowsAre) {
  const auto train = write(numbered_rows(30, "t"), "train.jsonl");
  for (const std::uint64_t seed : {1U, 42U}) {
    const PromptRules rules{.shots = 4, .shots_file = train, .shots_seed = seed};
    auto expected = choose_rows(30, {.at_most = 4, .shuffled = true, .seed = seed});
    expected.push_back(99);
    EXPECT_EQ(numbers_in(prepare(mood(), R"({"text": "t99", "label": 1})", rules).rows[0].text), expected);
  }
}

TEST_F(ShotsInFront, NeverHoldTheQuestionItself) {
  constexpr int kRows = 6;
  const std::string file = numbered_rows(kRows, "t");
  const PromptRules rules{.shots = kRows - 1, .shots_file = write(file, "copy.jsonl")};
  for (const PreparedRow& row : prepare(mood(), file, rules).rows) {
    const std::vector<int> numbers = numbers_in(row.text);
    EXPECT_EQ(numbers.back(), row.row);
    EXPECT_EQ(std::set<int>(numbers.begin(), numbers.end()).size(), static_cast<std::size_t>(kRows));
  }
}

TEST_F(ShotsInFront, OfMultipleChoiceShowTheRawKey) {
  Benchmark quiz;
  quiz.name = "quiz";
  quiz.kind = BenchmarkKind::multiple_choice;
  quiz.instruction = "Choose.\n\n";
  quiz.prompt_template = "{q}";
  quiz.options_field = "o";
  quiz.label_field = "key";
  quiz.label_form = LabelForm::letter;
  quiz.likelihood.context = "{q}:";
  const std::string asked = R"({"q": "Q", "o": ["w", "x"], "key": "A"})";
  PromptRules rules{.shots = 1, .shots_file = write(R"({"q": "S", "o": ["y", "z"], "key": "2"})", "s.jsonl")};
  EXPECT_EQ(prepare(quiz, asked, rules).rows[0].text,
            "Choose.\n\nS\nA. y\nB. z\nAnswer: 2\n\nQ\nA. w\nB. x\nAnswer:");

  quiz.label_form = LabelForm::index;  // a letter where the key is an index
  rules.shots_file = write(R"({"q": "S", "o": ["y", "z"], "key": 1})", "s.jsonl");
  const std::string indexed = R"({"q": "Q", "o": ["w", "x"], "key": 0})";
  EXPECT_EQ(prepare(quiz, indexed, rules).rows[0].text,
            "Choose.\n\nS\nA. y\nB. z\nAnswer: B\n\nQ\nA. w\nB. x\nAnswer:");

  rules.scoring = ChoiceScoring::option_likelihood;
  EXPECT_EQ(prepare(quiz, indexed, rules).rows[0].text, "S: z\n\nQ:");
}

TEST_F(ShotsInFront, AreRefusedWhereTheyCannotBe) {
  const std::string file = numbered_rows(3, "t");
  expect_parts(message_for(mood(), file, {.shots = 1}), {"no file"});
  expect_parts(message_for(mood(), file, {.shots = 3, .shots_file = write(file, "copy.jsonl")}),
               {"copy.jsonl", "3 rows", "3 solved examples", "same file"});
  expect_parts(message_for(mood(), file, {.shots = 1, .shots_file = write("[]", "bad.jsonl")}),
               {"bad.jsonl, line 1", "object"});
  expect_parts(message_for(mood(), file, {.shots = -1}), {"'mood'", "negative"});
  Benchmark reading = mood();
  reading.kind = BenchmarkKind::question_answering;
  expect_parts(message_for(reading, file, {.shots = 1, .shots_file = folder_ / "copy.jsonl"}),
               {"'mood'", "question_answering", "ask for 0"});
}

TEST_F(ShotsInFront, LeaveTheTrailingSpaceToTheRules) {
  const std::string file = R"({"text": "a", "label": 0})";
  EXPECT_EQ(prepare(mood(), file, {.strip_trailing_space = true}).rows[0].text, "Do.\n\nIn: a Out:");
  EXPECT_EQ(prepare(mood(), file).rows[0].text, "Do.\n\nIn: a Out: ");
}

}  // namespace
}  // namespace harsanyi
