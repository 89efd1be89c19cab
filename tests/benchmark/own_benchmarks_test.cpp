#include "row_maker.hpp"

// A benchmark of a known kind is one JSON file and no line of C++: here are made-up ones of every kind, with
// other field names, keys and strings than the shipped ones.

namespace harsanyi {
namespace {

class OwnBenchmarks : public test::RowMaker {
 protected:
  PreparedRows rows_of(const std::string& entry, const std::string& rows,
                       const PromptRules& rules = {}) const {
    const auto table = folder_ / "table";
    std::filesystem::create_directory(table);
    std::ofstream{table / "mine.json"} << entry;
    const Benchmark mine = find_benchmark(load_benchmark_table(table), "mine");
    return prepare(mine, rows, rules);
  }
};

TEST_F(OwnBenchmarks, OfClassification) {
  const PreparedRows rows = rows_of(R"({"kind": "classification", "folder": "f", "calibration_split": "a",
      "evaluation_split": "b", "instruction": "Say.\n", "template": "{head.line} / {body} -> ",
      "label_field": "topic", "label_words": ["x", "y", "z"], "metric": "accuracy"})",
                                    R"({"head": {"line": "H"}, "body": "B", "topic": 2})");
  EXPECT_EQ(rows.rows[0].text, "Say.\nH / B -> ");
  EXPECT_EQ(rows.rows[0].prompt.label_tokens, tokens_of("xyz"));
  EXPECT_EQ(rows.rows[0].prompt.gold, 2);
}

TEST_F(OwnBenchmarks, OfMultipleChoice) {
  const std::string entry = R"({"kind": "multiple_choice", "folder": "f", "calibration_split": "a",
      "evaluation_split": "b", "instruction": "Pick.\n\n", "template": "{stem} [{subject}]",
      "options": "answers.all", "label_field": "right", "label_form": "letter",
      "likelihood": {"context": "{stem}"}, "value": "label_set", "metric": "accuracy"})";
  const std::string row =
      R"({"stem": "S", "subject": "art", "answers": {"all": ["p", "q", "r"]}, "right": "C"})";
  const PreparedRows rows = rows_of(entry, row);
  EXPECT_EQ(rows.rows[0].text, "Pick.\n\nS [art]\nA. p\nB. q\nC. r\nAnswer:");
  EXPECT_EQ(rows.rows[0].prompt.gold, 2);
  EXPECT_EQ(rows_of(entry, row, {.scoring = ChoiceScoring::option_likelihood}).rows[0].text, "S");
}

TEST_F(OwnBenchmarks, OfQuestionAnswering) {
  const PreparedRows rows = rows_of(R"({"kind": "question_answering", "folder": "f", "calibration_split": "a",
      "evaluation_split": "b", "instruction": "Answer.\n", "template": "{page}|{ask}=", "context_field": "page",
      "answers_field": "gold", "unanswerable": "nothing", "new_tokens": 7, "metric": "f1"})",
                                    R"({"page": "P", "ask": "Q", "gold": ["g", "h"]})"
                                    "\n"
                                    R"({"page": "P", "ask": "R", "gold": []})");
  EXPECT_EQ(rows.rows[0].text, "Answer.\nP|Q=");
  EXPECT_EQ(rows.rows[0].gold_answers, (std::vector<std::string>{"g", "h"}));
  EXPECT_EQ(rows.rows[1].gold_answers, (std::vector<std::string>{"nothing"}));
}

TEST_F(OwnBenchmarks, OfTokens) {
  const PreparedRows rows = rows_of(R"({"kind": "tokens", "folder": "f", "calibration_split": "a",
      "evaluation_split": "b", "metric": "accuracy"})",
                                    R"({"tokens": [1], "label_tokens": [7, 3], "gold": 1})");
  EXPECT_EQ(rows.rows[0].prompt.gold, 1);
}

}  // namespace
}  // namespace harsanyi
