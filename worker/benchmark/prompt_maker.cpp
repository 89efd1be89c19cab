#include "worker/benchmark/prompt_maker.hpp"

#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

std::string final_text(const PromptRules& rules, std::string text) {
  if (rules.strip_trailing_space) text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void set_prompt(const PromptSetting& setting, std::string text, PreparedRow& prepared) {
  prepared.text = final_text(setting.rules, std::move(text));
  prepared.prompt.tokens = setting.tokenizer.encode(prepared.text, /*add_special_tokens=*/true);
}

std::unique_ptr<PromptMaker> make_prompt_maker(const Benchmark& benchmark, const Tokenizer* tokenizer,
                                               int vocabulary, const PromptRules& rules) {
  if (benchmark.kind == BenchmarkKind::tokens) return token_prompts(vocabulary);
  if (tokenizer == nullptr)
    throw BenchmarkError{
        fmt::format("benchmark '{}' has rows of text, which need a tokenizer; use a model folder "
                    "with tokenizer.json, or a benchmark of kind tokens",
                    benchmark.name)};
  const PromptSetting setting{benchmark, *tokenizer, rules};
  switch (benchmark.kind) {
    case BenchmarkKind::multiple_choice:
      return rules.scoring == ChoiceScoring::next_token ? next_token_prompts(setting)
                                                        : option_likelihood_prompts(setting);
    case BenchmarkKind::question_answering:
      return question_answering_prompts(setting);
    case BenchmarkKind::classification:
    case BenchmarkKind::tokens:
      break;
  }
  return classification_prompts(setting, vocabulary);
}

}  // namespace harsanyi
