#include <algorithm>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/prompt_template.hpp"

namespace harsanyi {
namespace {

class ClassificationPrompts final : public PromptMaker {
 public:
  ClassificationPrompts(const PromptSetting& setting, int vocabulary)
      : setting_{setting},
        template_{setting.benchmark.prompt_template},
        label_tokens_{harsanyi::label_tokens(setting.benchmark, setting.tokenizer)} {
    const TokenId largest = *std::max_element(label_tokens_.begin(), label_tokens_.end());
    if (largest >= vocabulary)
      throw BenchmarkError{fmt::format(
          "token {} of a label is outside the model's vocabulary of {}; tokenizer.json belongs to "
          "another model",
          largest, vocabulary)};
  }

  void check(const Row& row) override {
    for (const std::string& field : template_.fields()) (void)row.text(field);
    (void)gold(row);
  }

  void make(const Row& row, const std::string& shots, PreparedRow& prepared) const override {
    set_prompt(setting_, setting_.benchmark.instruction + shots + question(row), prepared);
    prepared.prompt.label_tokens = label_tokens_;
    prepared.prompt.gold = gold(row);
  }

  [[nodiscard]] std::string solved(const Row& row) const override {
    return question(row) + setting_.benchmark.label_words[static_cast<std::size_t>(gold(row))] + "\n\n";
  }

  [[nodiscard]] std::vector<std::string> label_words() const override {
    return setting_.benchmark.label_words;
  }

 private:
  [[nodiscard]] std::string question(const Row& row) const {
    return template_.filled([&row](const std::string& field) { return row.text(field); });
  }
  [[nodiscard]] int gold(const Row& row) const {
    return row.index(setting_.benchmark.label_field, static_cast<int>(setting_.benchmark.label_words.size()));
  }

  PromptSetting setting_;
  PromptTemplate template_;
  std::vector<TokenId> label_tokens_;
};

}  // namespace

std::unique_ptr<PromptMaker> classification_prompts(const PromptSetting& setting, int vocabulary) {
  return std::make_unique<ClassificationPrompts>(setting, vocabulary);
}

std::vector<TokenId> label_tokens(const Benchmark& benchmark, const Tokenizer& tokenizer) {
  std::vector<TokenId> last_tokens;
  for (const std::string& word : benchmark.label_words) {
    const std::vector<TokenId> tokens = tokenizer.encode(word, /*add_special_tokens=*/false);
    if (tokens.empty())
      throw BenchmarkError{fmt::format("benchmark '{}': the tokenizer makes no token of the label '{}'",
                                       benchmark.name, word)};
    const auto twin = std::find(last_tokens.begin(), last_tokens.end(), tokens.back());
    if (twin != last_tokens.end())
      throw BenchmarkError{fmt::format(
          "benchmark '{}': the labels '{}' and '{}' end in the same token {} of this model's tokenizer, so "
          "its answers cannot be told apart; leave this benchmark out for this model",
          benchmark.name, benchmark.label_words[static_cast<std::size_t>(twin - last_tokens.begin())], word,
          tokens.back())};
    last_tokens.push_back(tokens.back());
  }
  return last_tokens;
}

}  // namespace harsanyi
