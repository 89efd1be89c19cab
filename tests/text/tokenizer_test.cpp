// Tokenizer against what the Python package `tokenizers` made of the same files (data/make_expected.py).
#include "worker/text/tokenizer.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/text/tokenizer_folder.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

using Ids = std::vector<TokenId>;

std::vector<std::string> data_folders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{data_folder()})
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string random_utf8(std::mt19937& random, int characters) {
  std::uniform_int_distribution<char32_t> any{1, 0x10FFFF};
  std::uniform_int_distribution<char32_t> ascii{1, 0x7F};
  std::string text;
  for (int k = 0; k < characters; ++k) {
    const char32_t c = k % 3 == 0 ? any(random) : ascii(random);
    utf8::append(text, c >= 0xD800 && c < 0xE000 ? U'x' : c);
  }
  return text;
}

class EveryFile : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::filesystem::path folder() const { return data_folder() / GetParam(); }
};

TEST_P(EveryFile, EncodesAndDecodesAsThePackageDoes) {
  const auto tokenizer = Tokenizer::load(folder());
  const auto cases = read_json(folder() / "expected.json");
  ASSERT_FALSE(cases.empty());
  for (const auto& expected : cases) {
    const auto text = expected["text"].get<std::string>();
    EXPECT_EQ(tokenizer.encode(text, false), expected["ids"].get<Ids>()) << text;
    const auto ids = tokenizer.encode(text, true);
    EXPECT_EQ(ids, expected["ids_with_special"].get<Ids>()) << text;
    EXPECT_EQ(tokenizer.decode(ids, false), expected["decoded"]) << text;
    EXPECT_EQ(tokenizer.decode(ids, true), expected["decoded_without_special"]) << text;
  }
}

TEST_P(EveryFile, GivesIdsBelowTheVocabularySize) {
  const auto tokenizer = Tokenizer::load(folder());
  std::mt19937 random{3};
  for (int k = 0; k < 50; ++k)
    for (const TokenId id : tokenizer.encode(random_utf8(random, 40), true)) {
      EXPECT_GE(id, 0);
      EXPECT_LT(id, tokenizer.vocabulary_size());
    }
}

TEST_P(EveryFile, GivesTheSameIdsInEveryThread) {
  const auto tokenizer = Tokenizer::load(folder());
  const std::string text = "the hello 12 naïve 日本語 <s> don't";
  const auto expected = tokenizer.encode(text, true);
  std::vector<Ids> found(4);
  std::vector<std::thread> threads;
  threads.reserve(found.size());
  for (auto& ids : found)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) ids = tokenizer.encode(text, true);
    });
  for (auto& thread : threads) thread.join();
  for (const auto& ids : found) EXPECT_EQ(ids, expected);
}

INSTANTIATE_TEST_SUITE_P(Data, EveryFile, testing::ValuesIn(data_folders()),
                         [](const auto& test) { return test.param; });

TEST(Tokenizer, ByteLevelDecodeUndoesEncodeOnValidUtf8) {
  const auto tokenizer = Tokenizer::load(data_folder() / "llama3");
  std::mt19937 random{7};
  for (int k = 0; k < 500; ++k) {
    const auto text = random_utf8(random, 1 + k % 60);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, false), false), text);
  }
}

TEST(Tokenizer, NamesTheByteThatIsNotUtf8) {
  const auto tokenizer = Tokenizer::load(data_folder() / "llama3");
  try {
    std::ignore = tokenizer.encode("abc\xC3(", true);
    FAIL() << "accepted";
  } catch (const TextError& error) {
    EXPECT_NE(std::string{error.what()}.find("byte 3 (0xc3)"), std::string::npos) << error.what();
  }
}

TEST(Tokenizer, RefusesIdsOutsideTheVocabulary) {
  const auto tokenizer = Tokenizer::load(data_folder() / "llama3");
  for (const TokenId id : {-1, tokenizer.vocabulary_size(), 2147483647})
    EXPECT_THROW(std::ignore = tokenizer.decode(Ids{id}, false), TextError) << id;
}

TEST(Tokenizer, DropsBytesWithoutATokenAsThePackageDoes) {
  const auto tokenizer = Tokenizer::load(data_folder() / "digits_gpt2");
  EXPECT_EQ(tokenizer.encode("a\x04", false), tokenizer.encode("a", false));
  EXPECT_TRUE(tokenizer.encode("\x06", false).empty());
}

TEST(Tokenizer, TakesLongTextsWithoutBlanks) {
  const auto tokenizer = Tokenizer::load(data_folder() / "llama2");
  const std::string text(200'000, 'a');
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, false), false), text);
}

std::filesystem::path environment_folder(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

TEST(SharedModels, Stories260kIsAsExpected) {
  const auto shared = environment_folder("HARSANYI_SHARED");
  if (shared.empty()) GTEST_SKIP() << "HARSANYI_SHARED is not set";
  const auto folder = shared / "models" / "stories260k";
  const auto tokenizer = Tokenizer::load(folder);
  const auto cases = read_json(folder / "expected.json")["encode"];
  ASSERT_FALSE(cases.empty());
  for (const auto& expected : cases) {
    const auto ids = tokenizer.encode(expected["text"].get<std::string>(), true);
    EXPECT_EQ(ids, expected["ids"].get<Ids>()) << expected["text"];
    EXPECT_EQ(tokenizer.decode(ids, true), expected["decoded"]);
  }
}

TEST(DemoModel, FollowsTheRulesOfSmolLM2) {
  const auto folder = environment_folder("HARSANYI_DEMO_MODEL");
  if (folder.empty()) GTEST_SKIP() << "HARSANYI_DEMO_MODEL is not set";
  const auto tokenizer = Tokenizer::load(folder);
  EXPECT_EQ(tokenizer.vocabulary_size(), 49152);
  EXPECT_EQ(tokenizer.encode("<|im_start|><|im_end|>", true), (Ids{1, 2}));
  EXPECT_EQ(tokenizer.encode("a\x04", true), tokenizer.encode("a", true));
  // Every digit is a piece of its own, and the blanks before it stay together: "ĠĠ", "1", "2".
  EXPECT_EQ(tokenizer.encode("  12", true).size(), 3U);
  for (const std::string text : {"Hello, world! It's 2024.", "naïve café — 日本語 🙂", "  x\n\n\ty"})
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, true), true), text);
}

}  // namespace
}  // namespace harsanyi
