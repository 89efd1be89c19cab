#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const BenchmarkError& e) {
    return e.what();
  }
  return "no BenchmarkError";
}

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

void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
}

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
  expect_parts(message_with("kind", "clasification"),
               {"toy.json", "'clasification'", "classification, tokens"});
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

TEST(ShippedTable, HasTheEightSetsBothTrecsTokensAndTheDemo) {
  std::vector<std::string> names;
  for (const auto& [name, benchmark] : load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks"))
    names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"agnews", "boolq", "cb", "mr", "sentences", "sst2", "sst5",
                                             "subj", "tokens", "trec_as_released", "trec_fixed"}));
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
