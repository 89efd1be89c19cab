#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "errors.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

using test::expect_parts;
using test::message_of;

using nlohmann::json;

json valid_entry() {
  return {{"kind", "classification"},     {"folder", "toy"},
          {"calibration_split", "train"}, {"evaluation_split", "test"},
          {"instruction", "Do."},         {"template", "In: {text} Out: "},
          {"label_field", "label"},       {"label_words", {" no", " yes"}},
          {"metric", "accuracy"}};
}

class BenchmarkTable : public testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream{folder_ / "toy.json"} << text; }
  std::string message_for(const json& entry) const {
    write(entry.dump());
    return message_of([this] { (void)load_benchmark_table(folder_.path()); });
  }
  std::string message_without(const char* key) const {
    json entry = valid_entry();
    entry.erase(key);
    return message_for(entry);
  }
  std::string message_with(const char* key, const json& value) const {
    json entry = valid_entry();
    entry[key] = value;
    return message_for(entry);
  }

  test::TempFolder folder_;
};

TEST_F(BenchmarkTable, ReadsAnEntry) {
  write(valid_entry().dump());
  const Benchmark toy = load_benchmark_table(folder_.path()).at("toy");
  EXPECT_EQ(toy.name, "toy");
  EXPECT_EQ(toy.kind, BenchmarkKind::classification);
  EXPECT_EQ(toy.prompt_template, "In: {text} Out: ");
  EXPECT_EQ(toy.label_words, (std::vector<std::string>{" no", " yes"}));
  EXPECT_EQ(toy.source, "");
}

TEST_F(BenchmarkTable, NamesTheNearestRightKey) {
  expect_parts(message_with("label_wrods", json::array()), {"toy.json", "'label_wrods'", "'label_words'"});
}

TEST_F(BenchmarkTable, NamesAMissingKey) {
  for (const char* key : {"kind", "folder", "calibration_split", "evaluation_split", "instruction",
                          "template", "label_field", "label_words", "metric"})
    expect_parts(message_without(key), {"toy.json", key, "missing"});
}

TEST_F(BenchmarkTable, NamesAKeyOfTheWrongType) {
  expect_parts(message_with("folder", 3), {"toy.json", "'folder'", "text", "3"});
  expect_parts(message_with("folder", ""), {"'folder'", "not empty"});
  expect_parts(message_with("label_words", "yes"), {"'label_words'", "list"});
  expect_parts(message_with("label_words", {" yes", 1}), {"'label_words'", "list"});
}

TEST_F(BenchmarkTable, RefusesUnknownWords) {
  expect_parts(message_with("metric", "acuracy"), {"'acuracy'", "accuracy"});
  expect_parts(
      message_with("kind", "clasification"),
      {"toy.json", "'clasification'", "classification, multiple_choice, question_answering, tokens"});
}

TEST_F(BenchmarkTable, RefusesEntriesThatDecideNothing) {
  expect_parts(message_with("label_words", {" yes"}), {"at least two"});
  expect_parts(message_with("label_words", {" yes", " yes"}), {"twice"});
  expect_parts(message_with("template", "no field"), {"'template'", "{field}"});
  expect_parts(message_with("template", "open {text"), {"toy.json", "'template'", "not closed"});
}

TEST_F(BenchmarkTable, RefusesPromptKeysForKindTokens) {
  json entry = valid_entry();
  entry["kind"] = "tokens";
  expect_parts(message_for(entry), {"unknown key"});
}

json choice_entry() {
  return {{"kind", "multiple_choice"},
          {"folder", "toy"},
          {"calibration_split", "train"},
          {"evaluation_split", "test"},
          {"instruction", "Do.\n\n"},
          {"template", "{q}"},
          {"options", {"a", "b"}},
          {"label_field", "label"},
          {"label_form", "index"},
          {"likelihood",
           {{"context", "{q} {r}"}, {"without_last_character", {"q"}}, {"words", {{"r", {{"x", "y"}}}}}}},
          {"metric", "accuracy"}};
}

json answering_entry() {
  return {{"kind", "question_answering"}, {"folder", "toy"},          {"calibration_split", "train"},
          {"evaluation_split", "test"},   {"instruction", "Do.\n\n"}, {"template", "{c} {example}{q}"},
          {"example", "{q} {answer}"},    {"context_field", "c"},     {"answers_field", "a.text"},
          {"unanswerable", "none"},       {"new_tokens", 50},         {"metric", "f1"}};
}

TEST_F(BenchmarkTable, ReadsMultipleChoice) {
  write(choice_entry().dump());
  Benchmark toy = load_benchmark_table(folder_.path()).at("toy");
  EXPECT_EQ(toy.kind, BenchmarkKind::multiple_choice);
  EXPECT_EQ(toy.option_fields, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(toy.options_field, "");
  EXPECT_EQ(toy.value, ValueKind::full_vocabulary);
  EXPECT_EQ(toy.label_form, LabelForm::index);
  EXPECT_EQ(toy.likelihood.context, "{q} {r}");
  EXPECT_EQ(toy.likelihood.words.at("r").at("x"), "y");
  EXPECT_EQ(toy.likelihood.without_last_character, std::vector<std::string>{"q"});

  json other = choice_entry();
  other["options"] = "choices.text";
  other["value"] = "label_set";
  other["label_form"] = "letter";
  other.erase("likelihood");
  write(other.dump());
  toy = load_benchmark_table(folder_.path()).at("toy");
  EXPECT_EQ(toy.options_field, "choices.text");
  EXPECT_EQ(toy.value, ValueKind::label_set);
  EXPECT_EQ(toy.label_form, LabelForm::letter);
  EXPECT_EQ(toy.likelihood.context, "");
}

TEST_F(BenchmarkTable, ReadsQuestionAnswering) {
  write(answering_entry().dump());
  const Benchmark toy = load_benchmark_table(folder_.path()).at("toy");
  EXPECT_EQ(toy.kind, BenchmarkKind::question_answering);
  EXPECT_EQ(toy.context_field, "c");
  EXPECT_EQ(toy.answers_field, "a.text");
  EXPECT_EQ(toy.unanswerable, "none");
  EXPECT_EQ(toy.example_template, "{q} {answer}");
  EXPECT_EQ(toy.new_tokens, 50);
  EXPECT_EQ(toy.value, ValueKind::f1);
}

/// `entry` with another value of a key, or without the key.
json changed(json entry, const char* key, const json& value = nullptr) {
  if (value.is_null())
    entry.erase(key);
  else
    entry[key] = value;
  return entry;
}

TEST_F(BenchmarkTable, NamesMissingKeysOfEveryKind) {
  for (const char* key : {"template", "options", "label_field", "label_form", "metric", "instruction"})
    expect_parts(message_for(changed(choice_entry(), key)), {"toy.json", key, "missing"});
  for (const char* key : {"template", "context_field", "answers_field", "new_tokens", "metric"})
    expect_parts(message_for(changed(answering_entry(), key)), {"toy.json", key, "missing"});
}

TEST_F(BenchmarkTable, RefusesWhatDoesNotFitMultipleChoice) {
  const auto with = [&](const char* key, const json& value) {
    return message_for(changed(choice_entry(), key, value));
  };
  expect_parts(with("options", {"a"}), {"'options'", "at least two"});
  expect_parts(with("options", 3), {"'options'", "list"});
  expect_parts(with("label_form", "digit"), {"toy.json", "'label_form'", "'digit'", "index, letter"});
  expect_parts(with("metric", "f1"), {"unknown metric 'f1'", "'accuracy'"});
  expect_parts(with("value", "f1"), {"'f1'", "multiple_choice", "'full_vocabulary'"});
  expect_parts(with("value", "logit"), {"'value'", "'logit'"});
  expect_parts(with("label_words", {"a", "b"}), {"unknown key 'label_words'"});
  expect_parts(with("likelihood", "x"), {"'likelihood'", "object"});
  expect_parts(with("likelihood", json::object()), {"'likelihood.context'", "missing"});
  expect_parts(with("likelihood", {{"context", "x"}}), {"'likelihood.context'", "{field}"});
  expect_parts(with("likelihood", {{"contxt", "{q}"}}), {"'likelihood.contxt'", "'likelihood.context'"});
  expect_parts(with("likelihood", {{"context", "{q}"}, {"without_last_character", {"r"}}}),
               {"'likelihood.without_last_character'", "'r'"});
  expect_parts(with("likelihood", {{"context", "{q}"}, {"words", {{"q", {{"x", 1}}}}}}),
               {"'likelihood.words.q'", "object of texts"});
  expect_parts(with("likelihood", {{"context", "{q}"}, {"words", {{"r", {{"x", "y"}}}}}}),
               {"'likelihood.words'", "'r'"});
}

TEST_F(BenchmarkTable, RefusesWhatDoesNotFitQuestionAnswering) {
  const auto with = [&](const char* key, const json& value) {
    return message_for(changed(answering_entry(), key, value));
  };
  for (const json& tokens : {json(0), json(-1), json(1.5), json("50"), json(1U << 31U)})
    expect_parts(with("new_tokens", tokens), {"'new_tokens'", "at least 1"});
  expect_parts(with("metric", "accuracy"), {"unknown metric 'accuracy'", "'f1'"});
  expect_parts(with("value", "label_set"), {"'label_set'", "question_answering", "'f1'"});
  expect_parts(with("template", "{c} {q}"), {"'example'", "{example}"});
  expect_parts(with("example", nullptr), {"'example'", "{example}"});
  expect_parts(with("example", "{q}"), {"'example'", "{answer}"});
}

TEST_F(BenchmarkTable, RefusesNamesThatLeadOutOfTheDataFolder) {
  for (const char* key : {"folder", "calibration_split", "evaluation_split"})
    for (const auto& name : std::vector<std::string>{"../secrets", "/etc", "..", "a/b", {"a\0b", 3}})
      expect_parts(message_for(changed(answering_entry(), key, name)), {key, "plain name"});
}

TEST_F(BenchmarkTable, RefusesWhatIsNoObject) {
  write("[1]");
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_.path()); }),
               {"toy.json", "no JSON object"});
  write("{\"kind\": ");
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_.path()); }),
               {"toy.json", "no valid JSON"});
  write(R"({"kind": "tokens", "kind": "tokens"})");
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_.path()); }),
               {"toy.json", "\"kind\"", "twice"});
  write(R"({"kind": "multiple_choice", "likelihood": {"context": "a", "context": "b"}})");
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_.path()); }),
               {"toy.json", "\"context\"", "twice"});
}

TEST_F(BenchmarkTable, NamesAFolderThatIsMissingOrEmpty) {
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_ / "nowhere"); }),
               {"nowhere", "--benchmark-table"});
  expect_parts(message_of([this] { (void)load_benchmark_table(folder_.path()); }), {"no .json file"});
}

TEST(FindBenchmark, NamesTheNearestName) {
  const auto table = load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks");
  EXPECT_EQ(find_benchmark(table, "boolq").name, "boolq");
  expect_parts(message_of([&] { (void)find_benchmark(table, "agnew"); }), {"'agnew'", "'agnews'"});
}

TEST(ShippedTable, HasTheSixteenSetsAndTheirVariants) {
  std::vector<std::string> names;
  for (const auto& [name, benchmark] : load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks"))
    names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"agnews",
                                             "arc_challenge",
                                             "arc_easy",
                                             "boolq",
                                             "cb",
                                             "commonsenseqa",
                                             "copa",
                                             "hellaswag",
                                             "mr",
                                             "openbookqa",
                                             "piqa",
                                             "sentences",
                                             "squad",
                                             "squad_paper",
                                             "squad_v2",
                                             "squad_v2_paper",
                                             "sst2",
                                             "sst5",
                                             "subj",
                                             "tokens",
                                             "trec_as_released",
                                             "trec_fixed"}));
}

// The card's order of coarse_label: ABBR, ENTY, DESC, HUM, LOC, NUM (spec prompts.md section 3).
TEST(ShippedTable, TheTwoTrecsDifferInTheOrderOfTheirLabelsAlone) {
  const auto table = load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks");
  const Benchmark& fixed = table.at("trec_fixed");
  const Benchmark& released = table.at("trec_as_released");
  EXPECT_EQ(fixed.label_words, (std::vector<std::string>{" Expression", " Entity", " Description", " Person",
                                                         " Location", " Number"}));
  EXPECT_EQ(released.label_words, (std::vector<std::string>{" Description", " Entity", " Expression",
                                                            " Person", " Number", " Location"}));
  EXPECT_EQ(fixed.instruction, released.instruction);
  EXPECT_EQ(fixed.prompt_template, released.prompt_template);
  EXPECT_EQ(fixed.label_field, released.label_field);
}

}  // namespace
}  // namespace harsanyi
