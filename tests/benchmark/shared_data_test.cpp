#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "byte_tokenizer.hpp"
#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

// Against the project's reference material, where HARSANYI_SHARED names it.

namespace harsanyi {
namespace {

using nlohmann::json;

class SharedData : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HARSANYI_SHARED");
    if (folder == nullptr)
      GTEST_SKIP() << "HARSANYI_SHARED is not set: reference prompts and data are not there";
    shared_ = folder;
  }

  [[nodiscard]] PreparedRows prepare(const Benchmark& benchmark, const std::filesystem::path& file,
                                     const RowChoice& choice) const {
    return prepare_rows(test::with_numbered_labels(benchmark), file, choice, &tokenizer_,
                        {std::numeric_limits<int>::max(), test::kByteVocabulary + 7});
  }

  test::TempFolder folder_;
  Tokenizer tokenizer_ = test::load_byte_tokenizer(folder_.path(), test::letter_words());
  std::filesystem::path shared_;
  std::map<std::string, Benchmark> table_ = load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks");
};

/// Lines "name hash".
std::map<std::string, std::string> read_hashes(std::istream& lines) {
  std::map<std::string, std::string> hashes;
  for (std::string name, hash; lines >> name >> hash;) hashes[name] = hash;
  return hashes;
}

std::map<std::string, std::string> stored_hashes() {
  std::ifstream file{HARSANYI_SOURCE_DIR "/tests/benchmark/data/first_50_prompts.txt"};
  return read_hashes(file);
}

/// What the Python twin prints; empty if there is no python3.
std::map<std::string, std::string> twin_hashes(const std::filesystem::path& shared, int rows) {
  const std::string command = fmt::format("python3 '{}/tests/benchmark/prompts_from_spec.py' '{}' {}",
                                          HARSANYI_SOURCE_DIR, shared.string(), rows);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t bytes = std::fread(part.data(), 1, part.size(), pipe.get()))
    output.append(part.data(), bytes);
  std::istringstream lines{output};
  return read_hashes(lines);
}

constexpr int kHashedRows = 50;

TEST_F(SharedData, TheFirstFiftyPromptsOfEverySetHaveTheStoredHashes) {
  const auto expected = stored_hashes();
  EXPECT_EQ(expected.size(), 20U);
  EXPECT_EQ(table_.size(), expected.size() + 2);  // the demo's own set and kind tokens have no rows there
  for (const auto& [name, hash] : expected) {
    const Benchmark& benchmark = table_.at(name);
    const auto file = shared_ / "datasets" / benchmark.folder / (benchmark.evaluation_split + ".jsonl");
    Sha256 prompts;
    for (const PreparedRow& row : prepare(benchmark, file, {.at_most = kHashedRows}).rows)
      prompts.update(row.text).update(std::string_view{"\0", 1});
    EXPECT_EQ(prompts.hex(), hash) << name;
  }
}

TEST_F(SharedData, TheStoredHashesAreThePythonTwins) {
  const auto twin = twin_hashes(shared_, kHashedRows);
  if (twin.empty()) GTEST_SKIP() << "no python3";
  EXPECT_EQ(stored_hashes(), twin);
}

/// Names of the published code's sets, in text.json.
const std::map<std::string, std::string>& names_of_the_release() {
  static const std::map<std::string, std::string> names{{"sst2", "sst2"},
                                                        {"sst5", "sst5"},
                                                        {"MR", "mr"},
                                                        {"SUBJ", "subj"},
                                                        {"AGNews", "agnews"},
                                                        {"TREC", "trec_as_released"},
                                                        {"CB", "cb"},
                                                        {"BoolQ", "boolq"},
                                                        {"hellaswag", "hellaswag"},
                                                        {"ARCE", "arc_easy"},
                                                        {"PIQA", "piqa"},
                                                        {"OB", "openbookqa"},
                                                        {"ARCC", "arc_challenge"},
                                                        {"COPA", "copa"},
                                                        {"CQA", "commonsenseqa"},
                                                        {"SQuADv1", "squad"},
                                                        {"SQuADv2", "squad_v2"}};
  return names;
}

class PublishedPrompts : public SharedData {
 protected:
  /// The made-up row of an entry as the benchmark's one row. Label words are tokens, so that all differ.
  [[nodiscard]] PreparedRow prepared(const Benchmark& benchmark, const json& entry, int shots) const {
    auto words = test::letter_words();
    words.insert(words.end(), benchmark.label_words.begin(), benchmark.label_words.end());
    const Tokenizer tokenizer = test::load_byte_tokenizer(folder_.path(), words);
    const std::string row = entry.at("row").dump() + '\n';
    std::ofstream{folder_ / "row.jsonl"} << row;
    std::ofstream{folder_ / "shots.jsonl"} << row << row;
    return prepare_rows(benchmark, folder_ / "row.jsonl", {}, &tokenizer, {100000, 100000},
                        {.shots = shots, .shots_file = folder_ / "shots.jsonl"})
        .rows.at(0);
  }
};

TEST_F(PublishedPrompts, AreOursWithAndWithoutExamples) {
  const json oracle = json::parse(std::ifstream{shared_ / "oracle" / "text.json"});
  std::size_t compared = 0;
  for (const json& entry : oracle.at("prompts")) {
    const Benchmark& benchmark = table_.at(names_of_the_release().at(entry.at("dataset").get<std::string>()));
    const PreparedRow row = prepared(benchmark, entry, 0);
    EXPECT_EQ(row.text, entry.at("zero_shot_prompt").get<std::string>());
    if (benchmark.kind == BenchmarkKind::question_answering) {
      EXPECT_EQ(row.gold_answers.at(0), entry.at("label").get<std::string>());
    } else {
      EXPECT_EQ(row.prompt.gold, entry.at("label").get<int>());
      EXPECT_EQ(prepared(benchmark, entry, 2).text, entry.at("two_shot_prompt").get<std::string>());
    }
    if (benchmark.kind == BenchmarkKind::classification) {
      EXPECT_EQ(benchmark.label_words, entry.at("label_choices").get<std::vector<std::string>>());
    }
    ++compared;
  }
  EXPECT_EQ(compared, names_of_the_release().size());
}

// Known counts of the TREC test split (spec prompts.md section 3): 94 ENTY and 65 HUM line up under both
// orders.
TEST_F(SharedData, TheReleasedTrecOrderIsRightInMeaningForAThirdOfTheQuestions) {
  const Benchmark& released = table_.at("trec_as_released");
  const Benchmark& fixed = table_.at("trec_fixed");
  const PreparedRows rows = prepare(fixed, shared_ / "datasets" / "trec" / "test.jsonl", {});
  int same_word = 0;
  for (const PreparedRow& row : rows.rows) {
    const auto gold = static_cast<std::size_t>(row.prompt.gold);
    same_word += released.label_words[gold] == fixed.label_words[gold] ? 1 : 0;
  }
  EXPECT_EQ(rows.rows.size(), 500U);
  EXPECT_EQ(same_word, 94 + 65);
}

TEST_F(SharedData, EveryFileOfEverySetReads) {
  for (const auto& [name, benchmark] : table_)
    for (const std::string& split : {benchmark.calibration_split, benchmark.evaluation_split}) {
      const auto file = shared_ / "datasets" / benchmark.folder / (split + ".jsonl");
      if (!std::filesystem::exists(file)) continue;  // `tokens` and the demo's own set
      EXPECT_NO_THROW((void)prepare(benchmark, file, {.at_most = 1})) << file;
    }
}

// Among the rows are those with three and five options and with the digits 1 to 4 as keys.
TEST_F(SharedData, EveryRowOfMultipleChoiceHasLettersAndContinuations) {
  for (const auto& [name, benchmark] : table_) {
    if (benchmark.kind != BenchmarkKind::multiple_choice) continue;
    const auto file = shared_ / "datasets" / benchmark.folder / (benchmark.evaluation_split + ".jsonl");
    const PreparedRows listed = prepare(benchmark, file, {});
    const PreparedRows continued = prepare_rows(benchmark, file, {}, &tokenizer_,
                                                {std::numeric_limits<int>::max(), test::kByteVocabulary + 7},
                                                {.scoring = ChoiceScoring::option_likelihood});
    ASSERT_EQ(listed.rows.size(), continued.rows.size());
    for (std::size_t i = 0; i < listed.rows.size(); ++i) {
      const PreparedRow& row = listed.rows[i];
      ASSERT_EQ(row.prompt.label_tokens.size(), row.options.size()) << name << ' ' << i;
      ASSERT_EQ(continued.rows[i].prompt.continuations.size(), row.options.size()) << name << ' ' << i;
      ASSERT_EQ(continued.rows[i].prompt.gold, row.prompt.gold) << name << ' ' << i;
    }
  }
}

// A tiny vocabulary splits most label words into letters, so that labels share their last one; as Hugging
// Face's tokenizers package has it, only two sets can be told apart.
TEST_F(SharedData, LabelsThatShareATokenOfTheStoriesModelAreRefused) {
  const Tokenizer tokenizer = Tokenizer::load(shared_ / "models" / "stories260k");
  EXPECT_EQ(label_tokens(table_.at("boolq"), tokenizer), (std::vector<TokenId>{372, 411}));
  EXPECT_EQ(label_tokens(table_.at("cb"), tokenizer), (std::vector<TokenId>{406, 414, 411}));
  for (const char* name :
       {"agnews", "mr", "sentences", "sst2", "sst5", "subj", "trec_as_released", "trec_fixed"})
    EXPECT_THROW((void)label_tokens(table_.at(name), tokenizer), BenchmarkError) << name;
}

}  // namespace
}  // namespace harsanyi
