#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "byte_tokenizer.hpp"
#include "errors.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace harsanyi::test {

/// Rows written to a file and prepared with a byte tokenizer that knows the letters.
class RowMaker : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path write(const std::string& text,
                                            const std::string& name = "rows.jsonl") const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
    return folder_ / name;
  }
  [[nodiscard]] PreparedRows prepare(const Benchmark& benchmark, const std::string& text,
                                     const PromptRules& rules = {}) const {
    return prepare_rows(benchmark, write(text), {}, &tokenizer_, limits_, rules);
  }
  [[nodiscard]] std::string message_for(const Benchmark& benchmark, const std::string& text,
                                        const PromptRules& rules = {}) const {
    return message_of([&] { (void)prepare(benchmark, text, rules); });
  }
  [[nodiscard]] std::vector<TokenId> tokens_of(const std::string& text, bool special = false) const {
    return tokenizer_.encode(text, special);
  }

  TempFolder folder_;
  Tokenizer tokenizer_ = load_byte_tokenizer(folder_.path(), letter_words());
  ModelLimits limits_{.max_positions = 1000, .vocabulary = kByteVocabulary + 7};
};

}  // namespace harsanyi::test
