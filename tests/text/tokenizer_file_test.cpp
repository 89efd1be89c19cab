// Damaged and unsupported tokenizer files: always a TextError that names the place, never a crash.
#include <fstream>
#include <functional>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/text/tokenizer_folder.hpp"
#include "worker/text/json_part.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

json sound_file() {
  return json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null, "normalizer": null, "pre_tokenizer": null,
    "post_processor": null, "decoder": null,
    "added_tokens": [{"id": 4, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true}],
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false, "byte_fallback": false,
              "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": ["a b"]}})");
}

/// The message of the TextError for a file with these contents; empty if it loads.
std::string complaint(const std::string& contents) {
  const TokenizerFolder folder{contents};
  try {
    std::ignore = Tokenizer::load(folder.path());
    return "";
  } catch (const TextError& error) {
    return error.what();
  }
}

struct Damage {
  const char* name;
  std::function<void(json&)> apply;
  const char* expected;  ///< part of the message
};

class EveryDamage : public testing::TestWithParam<Damage> {};

TEST_P(EveryDamage, IsRefusedWithItsPlace) {
  auto file = sound_file();
  ASSERT_EQ(complaint(file.dump()), "");
  GetParam().apply(file);
  const auto message = complaint(file.dump());
  EXPECT_NE(message.find(GetParam().expected), std::string::npos) << message;
  EXPECT_NE(message.find("tokenizer.json"), std::string::npos) << message;
}

json step(const char* type) {
  return {{"type", type}};
}

INSTANTIATE_TEST_SUITE_P(
    File, EveryDamage,
    testing::Values(
        Damage{"NoModel", [](json& f) { f.erase("model"); }, "'model' is missing"},
        Damage{"ModelOfAnotherKind", [](json& f) { f["model"]["type"] = "Unigram"; }, "Unigram"},
        Damage{"VocabularyIsAnArray", [](json& f) { f["model"]["vocab"] = json::array(); }, "model.vocab"},
        Damage{"NegativeId", [](json& f) { f["model"]["vocab"]["a"] = -1; }, "'a'"},
        Damage{"FractionalId", [](json& f) { f["model"]["vocab"]["a"] = 0.5; }, "'a'"},
        Damage{"HugeId", [](json& f) { f["model"]["vocab"]["a"] = 4294967295U; }, "'a'"},
        Damage{"IdOfAnotherType", [](json& f) { f["model"]["vocab"]["a"] = "0"; }, "'a'"},
        Damage{"TwoTokensWithOneId", [](json& f) { f["model"]["vocab"]["c"] = 1; },
               "two tokens have the id 1"},
        Damage{"MergesMissing", [](json& f) { f["model"].erase("merges"); }, "'merges' is missing"},
        Damage{"MergeOfUnknownToken", [](json& f) { f["model"]["merges"] = {"a z"}; }, "lacks 'z'"},
        Damage{"MergeIntoUnknownToken", [](json& f) { f["model"]["merges"] = {"a c"}; }, "lacks 'ac'"},
        Damage{"MergeOfOneToken", [](json& f) { f["model"]["merges"] = {"a"}; }, "merge 0"},
        Damage{"MergeOfThreeTokens", [](json& f) { f["model"]["merges"] = {"a b c"}; }, "merge 0"},
        Damage{"MergeWithAnEmptySide", [](json& f) { f["model"]["merges"] = {" a"}; }, "merge 0"},
        Damage{"MergeOfNumbers",
               [](json& f) {
                 f["model"]["merges"] = {{1, 2}};
               },
               "merge 0"},
        Damage{"Dropout", [](json& f) { f["model"]["dropout"] = 0.1; }, "dropout"},
        Damage{"SubwordPrefix", [](json& f) { f["model"]["continuing_subword_prefix"] = "##"; }, "prefix"},
        Damage{"FlagOfAnotherType", [](json& f) { f["model"]["fuse_unk"] = "yes"; }, "model.fuse_unk"},
        Damage{"AddedTokenWithAnotherId", [](json& f) { f["added_tokens"][0]["id"] = 9; }, "added_tokens[0]"},
        Damage{"AddedTokenTwice", [](json& f) { f["added_tokens"].push_back(f["added_tokens"][0]); },
               "twice"},
        Damage{"AddedTokenWithoutContent", [](json& f) { f["added_tokens"][0].erase("content"); },
               "'content'"},
        Damage{"AddedTokensAreNoList", [](json& f) { f["added_tokens"] = 3; }, "added_tokens"},
        Damage{"Truncation",
               [](json& f) {
                 f["truncation"] = {{"max_length", 5}};
               },
               "truncation"},
        Damage{"UnknownNormalizer", [](json& f) { f["normalizer"] = step("Precompiled"); }, "Precompiled"},
        Damage{"UnknownPreTokenizer", [](json& f) { f["pre_tokenizer"] = step("Whitespace"); }, "Whitespace"},
        Damage{"UnknownPostProcessor", [](json& f) { f["post_processor"] = step("BertProcessing"); },
               "BertProcessing"},
        Damage{"UnknownDecoder", [](json& f) { f["decoder"] = step("WordPiece"); }, "WordPiece"},
        Damage{"PartWithoutType", [](json& f) { f["decoder"] = json::object(); }, "'type' is missing"},
        Damage{"PartIsAString", [](json& f) { f["decoder"] = "ByteLevel"; }, "expected an object"},
        Damage{"StepAfterByteLevel",
               [](json& f) {
                 const json byte_level{{"type", "ByteLevel"}, {"add_prefix_space", false}};
                 f["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {byte_level, byte_level}}};
               },
               "after ByteLevel"},
        Damage{
            "FirstWithALongReplacement",
            [](json& f) {
              f["normalizer"] = {{"type", "Prepend"}, {"prepend", "_"}};
              f["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "first"}};
            },
            "'first'"},
        Damage{"PatternThatDoesNotCompile",
               [](json& f) {
                 f["pre_tokenizer"] = {{"type", "Split"},
                                       {"pattern", {{"Regex", "(a"}}},
                                       {"behavior", "Isolated"},
                                       {"invert", false}};
               },
               "does not compile"},
        Damage{"TemplateWithoutTheText",
               [](json& f) {
                 f["post_processor"] = {{"type", "TemplateProcessing"},
                                        {"single", json::array()},
                                        {"special_tokens", json::object()}};
               },
               "leaves out the text"},
        Damage{"TemplateWithAnUnknownId",
               [](json& f) {
                 f["post_processor"] = {
                     {"type", "TemplateProcessing"},
                     {"single", {{{"SpecialToken", {{"id", "x"}}}}, {{"Sequence", {{"id", "A"}}}}}},
                     {"special_tokens", {{"x", {{"ids", {77}}}}}}};
               },
               "no token has the id 77"}),
    [](const auto& test) { return test.param.name; });

TEST(TokenizerFile, MissingFileIsNamed) {
  const auto folder = std::filesystem::temp_directory_path() / "no-such-model";
  EXPECT_THROW(std::ignore = Tokenizer::load(folder), TextError);
}

TEST(TokenizerFile, ATokenizerInAnotherFormIsNamed) {
  const test::TempFolder folder;
  std::ofstream{folder.path() / "tokenizer.model"} << "sentencepiece";
  try {
    std::ignore = Tokenizer::load(folder.path());
    FAIL() << "accepted";
  } catch (const TextError& error) {
    EXPECT_NE(std::string{error.what()}.find("tokenizer.model"), std::string::npos) << error.what();
    EXPECT_NE(std::string{error.what()}.find("save_pretrained"), std::string::npos) << error.what();
  }
}

TEST(TokenizerFile, DeepNestingIsRefused) {
  const std::string deep(100'000, '[');
  EXPECT_NE(complaint(deep).find("nested deeper"), std::string::npos);
  EXPECT_NE(complaint(R"({"decoder":)" + deep).find("nested deeper"), std::string::npos);
}

TEST(TokenizerFile, EveryCutIsRefused) {
  const auto contents = sound_file().dump();
  for (std::size_t length = 0; length < contents.size(); length += 7)
    EXPECT_NE(complaint(contents.substr(0, length)), "") << length;
}

TEST(TokenizerFile, HalfASurrogatePairIsRefused) {
  auto contents = sound_file().dump();
  contents.replace(contents.find("<s>"), 3, R"(\ud800)");
  EXPECT_NE(complaint(contents).find("no valid JSON"), std::string::npos) << complaint(contents);
}

TEST(TokenizerFile, BytesThatAreNotUtf8AreRefused) {
  auto contents = sound_file().dump();
  contents.replace(contents.find("<s>"), 3, "\xC3(x");
  EXPECT_NE(complaint(contents).find("no valid JSON"), std::string::npos) << complaint(contents);
}

class EveryUnsupportedKind : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(EveryUnsupportedKind, IsNamedWithItsPlace) {
  const auto& [part, kind] = GetParam();
  auto file = sound_file();
  file[part]["type"] = kind;
  const auto message = complaint(file.dump());
  EXPECT_NE(message.find(fmt::format("'{}'", kind)), std::string::npos) << message;
  EXPECT_NE(message.find("is not supported"), std::string::npos) << message;
  EXPECT_NE(message.find("tokenizer.json"), std::string::npos) << message;
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryUnsupportedKind,
                         testing::ValuesIn(std::vector<std::pair<const char*, const char*>>{
                             {"model", "Unigram"},
                             {"model", "WordPiece"},
                             {"model", "WordLevel"},
                             {"normalizer", "Precompiled"},
                             {"normalizer", "BertNormalizer"},
                             {"normalizer", "Nmt"},
                             {"normalizer", "ByteLevel"},
                             {"pre_tokenizer", "BertPreTokenizer"},
                             {"pre_tokenizer", "CharDelimiterSplit"},
                             {"pre_tokenizer", "FixedLength"},
                             {"pre_tokenizer", "Punctuation"},
                             {"pre_tokenizer", "UnicodeScripts"},
                             {"pre_tokenizer", "Whitespace"},
                             {"pre_tokenizer", "WhitespaceSplit"},
                             {"post_processor", "BertProcessing"},
                             {"post_processor", "RobertaProcessing"},
                             {"decoder", "BPEDecoder"},
                             {"decoder", "CTC"},
                             {"decoder", "WordPiece"}}),
                         [](const auto& test) { return std::string{test.param.first} + test.param.second; });

TEST(TokenizerFile, FlippedBytesNeverCrash) {
  const auto contents = sound_file().dump();
  std::mt19937 random{11};
  for (int k = 0; k < 500; ++k) {
    auto damaged = contents;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    EXPECT_NO_THROW(std::ignore = complaint(damaged));
  }
}

TEST(TokenizerFile, UnknownTokenMissingFromTheVocabularyIsNamedWhenNeeded) {
  auto file = sound_file();
  file["model"]["unk_token"] = "<unk>";
  const TokenizerFolder folder{file.dump()};
  const auto tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.encode("ab", false), (std::vector<TokenId>{2}));
  EXPECT_THROW(std::ignore = tokenizer.encode("x", false), TextError);
}

TEST(TokenizerFile, HolesInTheNumberingAreAllowedAndNotDecoded) {
  auto file = sound_file();
  file["model"]["vocab"]["d"] = 9;
  file["added_tokens"] = json::array();
  const TokenizerFolder folder{file.dump()};
  const auto tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.vocabulary_size(), 10);
  EXPECT_EQ(tokenizer.encode("d", false), (std::vector<TokenId>{9}));
  EXPECT_THROW(std::ignore = tokenizer.decode(std::vector<TokenId>{7}, false), TextError);
}

TEST(TokenizerFile, ALaterEntryForTheSameMergeReplacesTheEarlierOne) {
  auto file = sound_file();
  file["model"]["vocab"] = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 5}};
  file["added_tokens"] = json::array();
  file["model"]["merges"] = {"a b", "b c", "a b"};
  const TokenizerFolder folder{file.dump()};
  EXPECT_EQ(Tokenizer::load(folder.path()).encode("abc", false), (std::vector<TokenId>{0, 5}));
}

TEST(TokenizerFile, AKeyThatIsThereTwiceIsRefused) {
  auto contents = sound_file().dump();
  contents.replace(contents.find(R"("vocab":{)"), 9, R"("vocab":{"a":7,)");
  EXPECT_NE(complaint(contents).find("twice"), std::string::npos) << complaint(contents);
}

/// Memory that this process has ever held at once.
long peak_kilobytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      long kilobytes = 0;
      status >> kilobytes;
      return kilobytes;
    }
  return 0;
}

// One id near the bound: a list by id would have 16 million entries, 700 MB.
TEST(TokenizerFile, ALargeIdTakesNoMemoryForTheIdsBelow) {
  auto file = sound_file();
  file["model"]["vocab"]["d"] = largest_token_id;
  file["added_tokens"] = json::array();
  const auto before = peak_kilobytes();
  const TokenizerFolder folder{file.dump()};
  const auto tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.vocabulary_size(), largest_token_id + 1);
  EXPECT_EQ(tokenizer.encode("d", false), (std::vector<TokenId>{largest_token_id}));
  EXPECT_LT(peak_kilobytes() - before, 100'000);
}

TEST(TokenizerFile, EndlessSequencesOfStepsAreRefused) {
  auto file = sound_file();
  const auto repeated = [](const json& step) { return std::vector<json>(10'000, step); };
  file["pre_tokenizer"] = {{"type", "Sequence"},
                           {"pretokenizers", repeated({{"type", "Digits"}, {"individual_digits", true}})}};
  EXPECT_NE(complaint(file.dump()).find("more than 64 steps"), std::string::npos);
  file = sound_file();
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", repeated({{"type", "NFC"}})}};
  EXPECT_NE(complaint(file.dump()).find("more than 64 steps"), std::string::npos);
  file = sound_file();
  file["decoder"] = {{"type", "Sequence"}, {"decoders", repeated({{"type", "Fuse"}})}};
  EXPECT_NE(complaint(file.dump()).find("more than 64 steps"), std::string::npos);
}

TEST(TokenizerFile, StepsThatEachDoubleATextAreStopped) {
  auto file = sound_file();
  const json doubling{{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", std::vector<json>(60, doubling)}};
  const TokenizerFolder folder{file.dump()};
  const auto tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.encode("b", false).size(), 1U);
  EXPECT_THROW(std::ignore = tokenizer.encode("a", false), TextError);
}

TEST(TokenizerFile, ATemplateFarLongerThanItsFileIsRefused) {
  auto file = sound_file();
  const std::vector<int> ids(3000, 0);
  const json many{{"SpecialToken", {{"id", "many"}, {"type_id", 0}}}};
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single", {many, many, {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
      {"special_tokens", {{"many", {{"id", "many"}, {"ids", ids}, {"tokens", json::array()}}}}}};
  EXPECT_NE(complaint(file.dump()).find("more than 4096 tokens"), std::string::npos)
      << complaint(file.dump());
}

}  // namespace
}  // namespace harsanyi
