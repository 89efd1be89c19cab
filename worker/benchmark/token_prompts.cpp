#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "worker/benchmark/prompt_maker.hpp"

namespace harsanyi {
namespace {

class TokenPrompts final : public PromptMaker {
 public:
  explicit TokenPrompts(int vocabulary) : vocabulary_{vocabulary} {}

  /// All rows must have equally many labels: a table of label logits has one width.
  void check(const Row& row) override {
    (void)row.tokens("tokens", vocabulary_);
    auto labels = row.tokens("label_tokens", vocabulary_);
    if (labels.size() < 2) throw row.error("the field 'label_tokens' must name at least two tokens");
    (void)row.index("gold", static_cast<int>(labels.size()));
    if (labels_ == 0) labels_ = labels.size();
    if (labels.size() != labels_)
      throw row.error(
          fmt::format("the field 'label_tokens' names {} tokens, the first row {}; all rows must have "
                      "equally many",
                      labels.size(), labels_));
    std::sort(labels.begin(), labels.end());
    if (const auto twice = std::adjacent_find(labels.begin(), labels.end()); twice != labels.end())
      throw row.error(
          fmt::format("the field 'label_tokens' names the token {} twice; labels that share a token "
                      "cannot be told apart",
                      *twice));
  }

  void make(const Row& row, const std::string&, PreparedRow& prepared) const override {
    prepared.prompt.tokens = row.tokens("tokens", vocabulary_);
    prepared.prompt.label_tokens = row.tokens("label_tokens", vocabulary_);
    prepared.prompt.gold = row.index("gold", static_cast<int>(labels_));
  }

  [[nodiscard]] std::vector<std::string> label_words() const override {
    std::vector<std::string> words;
    for (std::size_t label = 0; label < labels_; ++label) words.push_back(std::to_string(label));
    return words;
  }

 private:
  int vocabulary_;
  std::size_t labels_ = 0;
};

}  // namespace

std::unique_ptr<PromptMaker> token_prompts(int vocabulary) {
  return std::make_unique<TokenPrompts>(vocabulary);
}

}  // namespace harsanyi
