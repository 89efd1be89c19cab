#include <optional>

#include <fmt/format.h>

#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/check_rows.hpp"
#include "worker/benchmark/fit_prompt.hpp"
#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/rows_file.hpp"
#include "worker/benchmark/shots.hpp"

namespace harsanyi {
namespace {

void check_rules(const Benchmark& benchmark, const PromptRules& rules) {
  if (rules.shots < 0 || rules.new_tokens < 0)
    throw BenchmarkError{
        fmt::format("benchmark '{}': {} solved examples and {} new tokens; neither may be "
                    "negative",
                    benchmark.name, rules.shots, rules.new_tokens)};
  const bool has_examples =
      benchmark.kind == BenchmarkKind::classification || benchmark.kind == BenchmarkKind::multiple_choice;
  if (rules.shots > 0 && !has_examples)
    throw BenchmarkError{
        fmt::format("benchmark '{}' is of kind {}, for which no solved examples (shots) are "
                    "defined; ask for 0",
                    benchmark.name, name_of(benchmark.kind))};
}

void require_in_vocabulary(const Row& row, const std::vector<TokenId>& tokens, int vocabulary) {
  for (const TokenId token : tokens)
    if (token >= vocabulary)
      throw row.error(fmt::format(
          "token {} is outside the model's vocabulary of {}; tokenizer.json belongs to another model", token,
          vocabulary));
}

void require_in_vocabulary(const Row& row, const Prompt& prompt, int vocabulary) {
  require_in_vocabulary(row, prompt.tokens, vocabulary);
  require_in_vocabulary(row, prompt.label_tokens, vocabulary);
  for (const auto& continuation : prompt.continuations) require_in_vocabulary(row, continuation, vocabulary);
}

Shots make_shots(const Benchmark& benchmark, const Tokenizer* tokenizer, const ModelLimits& limits,
                 const PromptRules& rules, const RowsFile& asked_file) {
  if (rules.shots == 0) return {};
  const auto maker = make_prompt_maker(benchmark, tokenizer, limits.vocabulary, rules);
  return {rules, *maker, asked_file};
}

}  // namespace

PreparedRows prepare_rows(const Benchmark& benchmark, const std::filesystem::path& file,
                          const RowChoice& choice, const Tokenizer* tokenizer, const ModelLimits& limits,
                          const PromptRules& rules) {
  check_rules(benchmark, rules);
  const auto maker = make_prompt_maker(benchmark, tokenizer, limits.vocabulary, rules);
  const RowsFile rows{file};
  check_rows(rows, *maker);
  const Shots shots = make_shots(benchmark, tokenizer, limits, rules, rows);
  const std::size_t special_tokens = tokenizer == nullptr ? 0 : leading_special_tokens(*tokenizer);

  PreparedRows prepared;
  prepared.file = file;
  prepared.file_sha256 = rows.sha256();
  prepared.label_words = maker->label_words();
  for (const int number : choose_rows(rows.size(), choice)) {
    const Row row = rows.row(number);
    PreparedRow one;
    one.row = number;
    maker->make(row, shots.in_front_of(number), one);
    require_in_vocabulary(row, one.prompt, limits.vocabulary);
    const Fit fit = fit_prompt(row, one.prompt, limits, rules, special_tokens);
    prepared.skipped += fit == Fit::too_long ? 1 : 0;
    prepared.truncated += fit == Fit::cut ? 1 : 0;
    if (fit != Fit::too_long) prepared.rows.push_back(std::move(one));
  }
  if (prepared.rows.empty())
    throw BenchmarkError{
        fmt::format("{}: all {} chosen rows are longer than the model's {} positions allow and were skipped",
                    file.string(), prepared.skipped, limits.max_positions)};
  return prepared;
}

}  // namespace harsanyi
