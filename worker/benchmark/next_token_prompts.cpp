#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "worker/benchmark/choice_row.hpp"
#include "worker/benchmark/letter_tokens.hpp"
#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/prompt_template.hpp"

namespace harsanyi {
namespace {

/// Multiple choice with listed options: the next token is the letter (spec prompts.md section 4).
class NextTokenPrompts final : public PromptMaker {
 public:
  explicit NextTokenPrompts(const PromptSetting& setting)
      : setting_{setting}, template_{setting.benchmark.prompt_template} {}

  void check(const Row& row) override {
    for (const std::string& field : template_.fields()) (void)row.text(field);
    const ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    most_options_ = std::max(most_options_, static_cast<int>(choice.options.size()));
  }

  void make(const Row& row, const std::string& shots, PreparedRow& prepared) const override {
    ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    set_prompt(setting_, setting_.benchmark.instruction + shots + block(row, choice), prepared);
    try {
      const int letters = static_cast<int>(choice.options.size());
      prepared.prompt.label_tokens =
          setting_.rules.letters == LetterRule::in_context
              ? letter_tokens_in_context(setting_.tokenizer, prepared.text, prepared.prompt.tokens, letters)
              : letter_tokens_of_release(setting_.tokenizer, letters);
    } catch (const BenchmarkError& e) {
      throw row.error(fmt::format("benchmark '{}': {}", setting_.benchmark.name, e.what()));
    }
    prepared.prompt.gold = choice.gold;
    prepared.options = std::move(choice.options);
  }

  [[nodiscard]] std::string solved(const Row& row) const override {
    const ChoiceRow choice = read_choice_row(setting_.benchmark, row);
    return block(row, choice) + ' ' + choice.answer + "\n\n";
  }

  [[nodiscard]] std::vector<std::string> label_words() const override {
    return option_letters(most_options_);
  }

 private:
  [[nodiscard]] std::string block(const Row& row, const ChoiceRow& choice) const {
    std::string text = template_.filled([&row](const std::string& field) { return row.text(field); });
    int option = 0;
    for (const std::string& words : choice.options)
      text += fmt::format("\n{}. {}", option_letter(option++), words);
    return text + "\nAnswer:";
  }

  PromptSetting setting_;
  PromptTemplate template_;
  int most_options_ = 0;
};

}  // namespace

std::unique_ptr<PromptMaker> next_token_prompts(const PromptSetting& setting) {
  return std::make_unique<NextTokenPrompts>(setting);
}

}  // namespace harsanyi
