#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/row.hpp"

namespace harsanyi {

/// Turns the rows of one file into prompts, as one kind of benchmark has them. One object serves one file:
/// `check` sees every row of it, in order, before the first `make`.
class PromptMaker {
 public:
  virtual ~PromptMaker() = default;

  /// Throws if the row lacks something; without tokenising.
  virtual void check(const Row& row) = 0;
  /// Fills everything of a checked row but its number. `shots` stands in front of the question.
  virtual void make(const Row& row, const std::string& shots, PreparedRow& prepared) const = 0;
  /// The row as a solved example (spec prompts.md section 1), with the blank line behind it; empty for a kind
  /// that has none.
  [[nodiscard]] virtual std::string solved(const Row&) const { return {}; }
  /// See PreparedRows::label_words.
  [[nodiscard]] virtual std::vector<std::string> label_words() const { return {}; }
};

/// What every maker of text prompts works with; all must outlive it.
struct PromptSetting {
  const Benchmark& benchmark;
  const Tokenizer& tokenizer;
  const PromptRules& rules;
};

/// The text less its trailing spaces, if the rules say so.
[[nodiscard]] std::string final_text(const PromptRules& rules, std::string text);

/// Puts the final text and its tokens into `prepared`.
void set_prompt(const PromptSetting& setting, std::string text, PreparedRow& prepared);

[[nodiscard]] std::unique_ptr<PromptMaker> classification_prompts(const PromptSetting& setting,
                                                                  int vocabulary);
[[nodiscard]] std::unique_ptr<PromptMaker> next_token_prompts(const PromptSetting& setting);
/// @throws BenchmarkError  if the benchmark does not say how its questions are put without options
[[nodiscard]] std::unique_ptr<PromptMaker> option_likelihood_prompts(const PromptSetting& setting);
[[nodiscard]] std::unique_ptr<PromptMaker> question_answering_prompts(const PromptSetting& setting);
[[nodiscard]] std::unique_ptr<PromptMaker> token_prompts(int vocabulary);

/// The maker for the benchmark's kind. @throws BenchmarkError  if it needs a tokenizer and there is none
[[nodiscard]] std::unique_ptr<PromptMaker> make_prompt_maker(const Benchmark& benchmark,
                                                             const Tokenizer* tokenizer, int vocabulary,
                                                             const PromptRules& rules);

}  // namespace harsanyi
