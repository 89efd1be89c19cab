#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "byte_tokenizer.hpp"
#include "partition/base/sha256.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

// Prompts are compared byte for byte, by hash. The hashes come from a few lines of Python that read the
// strings of the specification (prompts.json) and this row, not from the program.

namespace harsanyi {
namespace {

constexpr const char* kRow =
    R"({"sentence": "it 's a {charming} journey", "text": "naïve\ttext, with {braces} and \"quotes\"",
        "premise": "He left.", "hypothesis": "He stayed", "passage": "A passage -- with 2 parts.",
        "question": "is it so", "label": 1, "coarse_label": 2, "ctx": "[header] A man sits.",
        "endings": ["he runs", "he {eats}", "he sings", ""], "choices": {"text": ["w", " x", "ÿ"]},
        "answerKey": "2", "goal": "Open a jar", "sol1": "twist", "sol2": "kick \n it", "question_stem": "The sun is",
        "choice1": "wet", "choice2": "dry", "title": "A_title", "context": "The Rhine is long.",
        "answers": {"text": ["the {Rhine}"]}})";

const std::map<std::string, std::string>& golden_hashes() {
  static const std::map<std::string, std::string> hashes{
      {"sst2", "365735db4ec88953a25e69eb51f7a3d79a5f6c1166068f80460c3b6f854b8b3b"},
      {"sst5", "0fc3b5fe5c229860d2d01ab6ad4d3b5ff56297647d2056da304fd9eb5160c448"},
      {"mr", "237fb508debba5b0263c470b42fdf9df9baa381a8fe97d7dfd13c753f3379351"},
      {"subj", "22fe31d93a143188c0e3a8e202aeefa844fb3d75efc7c8246685e87f13768d9a"},
      {"agnews", "9f6be619fbdb0587069b717cb6549f6e0d1cf9e3b4c188547db34687c6c3a9b5"},
      {"trec_fixed", "3efdcdb12df148ae0554d6ac447e6f75154ed242a1955dbb7da40202ef70d3d3"},
      {"trec_as_released", "3efdcdb12df148ae0554d6ac447e6f75154ed242a1955dbb7da40202ef70d3d3"},
      {"cb", "0ca1f7c2f2d8f390ff5c1d7853021acbbcf1decf45737efeef171ea99d238ad3"},
      {"boolq", "25d56e84c836cf146848f1efb1f364fc913aa99080433b935e4dafdbc79f5f6b"},
      {"hellaswag", "5bb011eb67b5b93893ff04a152998cbd8d2968e131648980deff56febd935caa"},
      {"arc_easy", "b36f7ab8bb00cf06a58d9d2d0eff626110c3fe96858fdaab0936b3cb4a74263f"},
      {"arc_challenge", "b36f7ab8bb00cf06a58d9d2d0eff626110c3fe96858fdaab0936b3cb4a74263f"},
      {"piqa", "3f0eae65c21f1509f5ced728ffe2283eeb9a53f73b83b37cc238933b3157dd15"},
      {"openbookqa", "8c029bba87272fda0945c9aba0d47f55076458c0a1c15553c999098c92b3b7fc"},
      {"commonsenseqa", "b36f7ab8bb00cf06a58d9d2d0eff626110c3fe96858fdaab0936b3cb4a74263f"},
      {"copa", "6bdc5c8bc0a7b2ff91a2bbbc2e566ebf948681874bee8aa44d1bf682a3bd9fec"},
      {"squad", "39ed41b91ba3b2b9da431679b5457075044ba9db679b4246361f5239cf1a36b2"},
      {"squad_v2", "7b070a856576894141cb672e1211d07109bbe9b49009a2e8adc4d44694144f2d"},
      {"squad_paper", "903797bdadcac08a113f9f54beb1b48c5c06763960ae895cbfc043af78a45957"},
      {"squad_v2_paper", "b12ea9800a59ba482bad0de297f87d9d7d6f71c6161910b5f01a2e3664415e02"},
      {"sentences", "671bc21db2ccaf91455bdcacbef2349217313df841808e7571d3f12c7023df27"}};
  return hashes;
}

TEST(GoldenPrompts, OfEverySetAreTheSpecificationsBytes) {
  const test::TempFolder folder;
  std::string one_line{kRow};
  std::erase(one_line, '\n');
  std::ofstream{folder / "rows.jsonl"} << one_line << '\n';
  const Tokenizer tokenizer = test::load_byte_tokenizer(folder.path(), test::letter_words());

  int sets = 0;
  for (const auto& [name, benchmark] : load_benchmark_table(HARSANYI_SOURCE_DIR "/configs/benchmarks")) {
    if (benchmark.kind == BenchmarkKind::tokens) continue;
    ++sets;
    const PreparedRows rows = prepare_rows(test::with_numbered_labels(benchmark), folder / "rows.jsonl", {},
                                           &tokenizer, {10000, test::kByteVocabulary + 7});
    EXPECT_EQ(sha256_hex(rows.rows.at(0).text), golden_hashes().at(name)) << name << ":\n"
                                                                          << rows.rows[0].text;
    if (benchmark.kind == BenchmarkKind::question_answering)
      EXPECT_EQ(rows.rows[0].gold_answers, std::vector<std::string>{"the {Rhine}"});
    else
      EXPECT_EQ(rows.rows[0].prompt.gold, name.starts_with("trec") ? 2 : 1) << name;
  }
  EXPECT_EQ(sets, static_cast<int>(golden_hashes().size()));
}

}  // namespace
}  // namespace harsanyi
