#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/choice_row.hpp"
#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/prompt_template.hpp"
#include "worker/benchmark/white_space.hpp"

namespace harsanyi {
namespace {

/// Multiple choice without listed options: the text of an option continues the context
/// (lm-evaluation-harness, output_type multiple_choice).
class OptionLikelihoodPrompts final : public PromptMaker {
 public:
  explicit OptionLikelihoodPrompts(const PromptSetting& setting)
      : setting_{setting}, rule_{setting.benchmark.likelihood}, template_{rule_.context} {
    if (rule_.context.empty())
      throw BenchmarkError{
          fmt::format("benchmark '{}' cannot be scored by option_likelihood: its entry has no "
                      "'likelihood'; add it, or score by next_token",
                      setting.benchmark.name)};
  }

  void check(const Row& row) override {
    (void)context(row);
    const ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    most_options_ = std::max(most_options_, static_cast<int>(choice.options.size()));
  }

  void make(const Row& row, const std::string& shots, PreparedRow& prepared) const override {
    ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    const std::string whole = final_text(setting_.rules, shots + context(row));
    const std::string_view without_space = without_trailing_white_space(whole);
    const std::string space = whole.substr(without_space.size());
    set_prompt(setting_, std::string{without_space}, prepared);
    for (const std::string& option : choice.options)
      prepared.prompt.continuations.push_back(continuation(row, prepared, space + ' ' + option));
    prepared.prompt.gold = choice.gold;
    prepared.options = std::move(choice.options);
  }

  [[nodiscard]] std::string solved(const Row& row) const override {
    const ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    return context(row) + ' ' + choice.options[static_cast<std::size_t>(choice.gold)] + "\n\n";
  }

  [[nodiscard]] std::vector<std::string> label_words() const override {
    return option_letters(most_options_);
  }

 private:
  [[nodiscard]] std::string context(const Row& row) const {
    return template_.filled([&](const std::string& field) { return words_of(row, field); });
  }

  [[nodiscard]] std::string words_of(const Row& row, const std::string& field) const {
    std::string text = row.text(field);
    const auto& shortened = rule_.without_last_character;
    if (std::find(shortened.begin(), shortened.end(), field) != shortened.end())
      text = without_last_character(without_white_space_around(text));
    const auto replaced = rule_.words.find(field);
    if (replaced == rule_.words.end()) return text;
    const auto word = replaced->second.find(text);
    if (word != replaced->second.end()) return word->second;
    std::vector<std::string> known;
    for (const auto& [from, to] : replaced->second) known.push_back(from);
    throw row.error(
        fmt::format("the field '{}' is '{}', not one of: {}", field, text, fmt::join(known, ", ")));
  }

  /// The tokens that `option` adds to the context, as lm-evaluation-harness cuts them
  /// (TemplateLM._encode_pair): the tokens of both texts together, less as many as the context alone has. A
  /// token that joins the end of the context and the option's beginning would be counted to the context.
  [[nodiscard]] std::vector<TokenId> continuation(const Row& row, const PreparedRow& prepared,
                                                  const std::string& option) const {
    std::vector<TokenId> tokens =
        setting_.tokenizer.encode(prepared.text + option, /*add_special_tokens=*/true);
    const std::size_t context_size = prepared.prompt.tokens.size();
    if (tokens.size() <= context_size)
      throw row.error(fmt::format("the option '{}' adds no token to the prompt", option));
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(context_size));
    return tokens;
  }

  PromptSetting setting_;
  const LikelihoodContext& rule_;
  PromptTemplate template_;
  int most_options_ = 0;
};

}  // namespace

std::unique_ptr<PromptMaker> option_likelihood_prompts(const PromptSetting& setting) {
  return std::make_unique<OptionLikelihoodPrompts>(setting);
}

}  // namespace harsanyi
