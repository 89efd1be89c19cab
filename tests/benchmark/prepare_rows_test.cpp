#include <fstream>

#include <gtest/gtest.h>

#include "byte_tokenizer.hpp"
#include "errors.hpp"
#include "partition/base/sha256.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;
using test::message_of;

std::vector<TokenId> bytes_of(std::string_view text) {
  std::vector<TokenId> ids;
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

Benchmark toy_benchmark() {
  Benchmark toy;
  toy.name = "toy";
  toy.instruction = "Do.\n\n";
  toy.prompt_template = "In: {text} Out: ";
  toy.label_field = "label";
  toy.label_words = {" no", " yes", " so x"};
  return toy;
}

class PrepareRows : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) const {
    std::ofstream{folder_ / "rows.jsonl", std::ios::binary} << text;
    return folder_ / "rows.jsonl";
  }
  PreparedRows prepare(const std::string& text, const RowChoice& choice = {}) const {
    return prepare_rows(toy_benchmark(), write(text), choice, &tokenizer_,
                        {.max_positions = 100, .vocabulary = test::kByteVocabulary});
  }
  std::string message_for(const std::string& text) const {
    return message_of([&] { (void)prepare(text); });
  }

  test::TempFolder folder_;
  Tokenizer tokenizer_ = test::load_byte_tokenizer(folder_.path());
};

TEST_F(PrepareRows, BuildsPromptLabelTokensAndGold) {
  const std::string file =
      "{\"text\": \"a {b}\", \"label\": 1, \"idx\": 9}\n{\"label\": \"2\", \"text\": \"é\"}\n";
  const PreparedRows rows = prepare(file);
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.file_sha256, sha256_hex(file));
  EXPECT_EQ(rows.label_words, toy_benchmark().label_words);
  EXPECT_EQ(rows.rows[0].text, "Do.\n\nIn: a {b} Out: ");
  EXPECT_EQ(rows.rows[1].text, "Do.\n\nIn: é Out: ");
  EXPECT_EQ(rows.rows[0].prompt.gold, 1);
  EXPECT_EQ(rows.rows[1].prompt.gold, 2);  // a text of digits counts too
  EXPECT_EQ(rows.rows[1].row, 1);
  std::vector<TokenId> tokens{test::kBos};
  for (const TokenId id : bytes_of(rows.rows[0].text)) tokens.push_back(id);
  EXPECT_EQ(rows.rows[0].prompt.tokens, tokens);
  EXPECT_EQ(rows.rows[0].prompt.label_tokens, bytes_of("osx"));
}

TEST_F(PrepareRows, TakesRowsInTheChosenOrder) {
  std::string file;
  for (int i = 0; i < 30; ++i) file += "{\"text\": \"t" + std::to_string(i) + "\", \"label\": 0}\n";
  const RowChoice choice{.at_most = 5, .shuffled = true, .seed = 3};
  const PreparedRows rows = prepare(file, choice);
  std::vector<int> numbers;
  for (const PreparedRow& row : rows.rows) {
    numbers.push_back(row.row);
    EXPECT_EQ(row.text, "Do.\n\nIn: t" + std::to_string(row.row) + " Out: ");
  }
  EXPECT_EQ(numbers, choose_rows(30, choice));
}

TEST_F(PrepareRows, NamesFileLineAndFieldOfABadRow) {
  const std::string good = "{\"text\": \"a\", \"label\": 0}\n";
  expect_parts(message_for(good + "{\"txt\": \"a\", \"label\": 0}\n"),
               {"rows.jsonl, line 2", "'text'", "'txt'"});
  expect_parts(message_for("{}\n"), {"line 1", "'text'", "empty"});
  expect_parts(message_for(good + "{\"text\": 3, \"label\": 0}\n"),
               {"line 2", "'text'", "must be a text", "3"});
  expect_parts(message_for(good + "{\"text\": \"a\"}\n"), {"line 2", "'label'", "missing"});
  expect_parts(message_for(good + "[1]\n"), {"line 2", "JSON object"});
  expect_parts(message_for(good + "\n" + good), {"line 2", "no valid JSON"});
  expect_parts(message_for(good + "{\"text\": \"\xff\", \"label\": 0}\n"), {"line 2", "byte 11", "UTF-8"});
  expect_parts(message_for("{\"text\": \"a\", \"label\""), {"line 1", "no valid JSON"});
}

TEST_F(PrepareRows, RefusesDeepNestingAndFieldsThatAreThereTwice) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  expect_parts(message_for("{\"text\": " + deep + ", \"label\": 0}\n"), {"line 1", "nested deeper"});
  expect_parts(message_for(R"({"text": "a", "label": 0, "label": 1})"), {"line 1", "\"label\"", "twice"});
  expect_parts(message_for(R"({"text": "a", "label": NaN})"), {"line 1", "no valid JSON"});
}

TEST_F(PrepareRows, RefusesLabelsOutOfRange) {
  for (const char* label : {"-1", "3", "1.5", "\"3\"", "\"x\"", "\"\"", "\" 1\"", "true", "null",
                            "18446744073709551615", "9223372036854775808", "99999999999999999999999"})
    expect_parts(message_for("{\"text\": \"a\", \"label\": " + std::string{label} + "}\n"),
                 {"line 1", "'label'", "from 0 to 2"});
}

TEST_F(PrepareRows, RefusesAnIdThatAnEarlierRowHas) {
  const auto row = [](const std::string& id) {
    return "{\"text\": \"a\", \"label\": 0, \"id\": " + id + "}\n";
  };
  expect_parts(message_for(row("\"x\"") + row("\"y\"") + row("\"x\"")), {"line 3", "id \"x\"", "line 1"});
  expect_parts(message_for(row("7") + row("7")), {"line 2", "id 7", "line 1"});
  EXPECT_EQ(prepare(row("7") + row("\"7\"") + row("null") + row("null")).rows.size(), 4U);
}

TEST_F(PrepareRows, ChecksRowsThatAreNotChosenToo) {
  const std::string file = "{\"text\": \"a\", \"label\": 0}\n{\"text\": \"a\", \"label\": 7}\n";
  EXPECT_THROW((void)prepare(file, {.at_most = 1}), BenchmarkError);
}

TEST_F(PrepareRows, RefusesAPromptLongerThanTheModel) {
  const std::string file =
      "{\"text\": \"a\", \"label\": 0}\n{\"text\": \"" + std::string(90, 'a') + "\", \"label\": 0}\n";
  // 1 BOS + 5 + 4 + 90 + 6 bytes
  expect_parts(message_for(file), {"rows.jsonl, line 2", "106 tokens", "100 positions"});
}

TEST_F(PrepareRows, NamesAFileThatCannotBeUsed) {
  expect_parts(message_for(""), {"rows.jsonl", "no rows"});
  const auto message_at = [this](const std::filesystem::path& file) {
    return message_of([&] {
      (void)prepare_rows(toy_benchmark(), file, {}, &tokenizer_, {100, test::kByteVocabulary});
    });
  };
  expect_parts(message_at(folder_ / "none.jsonl"), {"none.jsonl", "no data file"});
  expect_parts(message_at(folder_.path()), {"folder"});
}

TEST_F(PrepareRows, NeedsATokenizerForTexts) {
  const auto file = write("{\"text\": \"a\", \"label\": 0}\n");
  expect_parts(message_of([&] {
                 (void)prepare_rows(toy_benchmark(), file, {}, nullptr, {100, 257});
               }),
               {"'toy'", "tokenizer"});
}

TEST_F(PrepareRows, RefusesATokenizerOfAnotherModel) {
  const auto file = write("{\"text\": \"z\", \"label\": 0}\n");
  const auto message_for_vocabulary = [&](int vocabulary) {
    return message_of([&] { (void)prepare_rows(toy_benchmark(), file, {}, &tokenizer_, {100, vocabulary}); });
  };
  expect_parts(message_for_vocabulary(256), {"line 1", "token 256", "vocabulary of 256"});
  expect_parts(message_for_vocabulary(100), {"token 120", "vocabulary of 100"});  // 'x' of the third label
}

TEST_F(PrepareRows, RefusesLabelsThatShareAToken) {
  Benchmark toy = toy_benchmark();
  toy.label_words = {" good", " fine", " bad"};
  expect_parts(message_of([&] { (void)label_tokens(toy, tokenizer_); }),
               {"'toy'", "' good'", "' bad'", "100"});
}

class TokenRows : public PrepareRows {
 protected:
  PreparedRows prepare_tokens(const std::string& text) const {
    Benchmark tokens;
    tokens.name = "tokens";
    tokens.kind = BenchmarkKind::tokens;
    return prepare_rows(tokens, write(text), {}, nullptr, {.max_positions = 4, .vocabulary = 50});
  }
  std::string message_for_tokens(const std::string& text) const {
    return message_of([&] { (void)prepare_tokens(text); });
  }
};

TEST_F(TokenRows, AreTakenAsTheyAre) {
  const PreparedRows rows = prepare_tokens(R"({"tokens": [1, 49], "label_tokens": [7, 3], "gold": 1})"
                                           "\n"
                                           R"({"tokens": [2], "label_tokens": [8, 9], "gold": 0})");
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.label_words, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(rows.rows[0].text, "");
  EXPECT_EQ(rows.rows[0].prompt.tokens, (std::vector<std::int32_t>{1, 49}));
  EXPECT_EQ(rows.rows[0].prompt.label_tokens, (std::vector<std::int32_t>{7, 3}));
  EXPECT_EQ(rows.rows[0].prompt.gold, 1);
}

TEST_F(TokenRows, AreRefusedWithFileLineAndField) {
  const auto row = [](const char* tokens, const char* labels, const char* gold) {
    return std::string{"{\"tokens\": "} + tokens + ", \"label_tokens\": " + labels + ", \"gold\": " + gold +
           "}\n";
  };
  const std::string good = row("[1]", "[7, 3]", "0");
  expect_parts(message_for_tokens(good + row("[50]", "[7, 3]", "0")),
               {"line 2", "'tokens'", "50", "0 to 49"});
  expect_parts(message_for_tokens(good + row("[-1]", "[7, 3]", "0")), {"line 2", "'tokens'", "-1"});
  expect_parts(message_for_tokens(good + row("[18446744073709551615]", "[7, 3]", "0")),
               {"line 2", "'tokens'"});
  expect_parts(message_for_tokens(good + row("[1.0]", "[7, 3]", "0")), {"line 2", "'tokens'", "1.0"});
  expect_parts(message_for_tokens(good + row("[]", "[7, 3]", "0")), {"line 2", "'tokens'", "not empty"});
  expect_parts(message_for_tokens(good + row("\"a\"", "[7, 3]", "0")), {"line 2", "'tokens'", "list"});
  expect_parts(message_for_tokens(good + row("[1,2,3,4,5]", "[7, 3]", "0")),
               {"line 2", "5 tokens", "4 positions"});
  expect_parts(message_for_tokens(good + row("[1]", "[7, 3, 4]", "0")),
               {"line 2", "3 tokens, the first row 2"});
  expect_parts(message_for_tokens(row("[1]", "[7]", "0")), {"line 1", "at least two"});
  expect_parts(message_for_tokens(good + row("[1]", "[7, 7]", "0")), {"line 2", "token 7 twice"});
  expect_parts(message_for_tokens(good + row("[1]", "[7, 50]", "0")), {"line 2", "'label_tokens'", "50"});
  expect_parts(message_for_tokens(good + row("[1]", "[7, 3]", "2")), {"line 2", "'gold'", "from 0 to 1"});
  expect_parts(message_for_tokens("{\"tokens\": [1], \"gold\": 0}\n"),
               {"line 1", "'label_tokens'", "missing"});
}

}  // namespace
}  // namespace harsanyi
