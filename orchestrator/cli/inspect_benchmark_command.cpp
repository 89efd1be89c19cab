#include <algorithm>
#include <cstddef>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/job/benchmark_rows.hpp"

namespace harsanyi {
namespace {

/// In quotes, with JSON's escapes: blanks at the ends and control characters show.
std::string as_literal(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

/// The prompt, one quoted line per line of it, each with its own line break inside the quotes.
void show_text(const std::string& text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size() - 1);
    std::cout << "  " << as_literal(std::string_view{text}.substr(start, end - start + 1)) << '\n';
    start = end + 1;
  }
}

std::string text_of(const std::vector<TokenId>& tokens, const Tokenizer* tokenizer) {
  return tokenizer == nullptr ? ""
                              : ' ' + as_literal(tokenizer->decode(tokens, /*skip_special_tokens=*/false));
}

void show_labels(const PreparedRow& row, const PreparedRows& rows, const Tokenizer* tokenizer) {
  const auto& tokens = row.prompt.label_tokens;
  if (tokens.empty()) return;
  std::cout << "label tokens:\n";
  for (std::size_t i = 0; i < tokens.size(); ++i)
    std::cout << fmt::format("  {}: {}{}\n", as_literal(rows.label_words[i]), tokens[i],
                             text_of({tokens[i]}, tokenizer));
}

void show_options(const PreparedRow& row, const PreparedRows& rows) {
  if (row.options.empty()) return;
  std::cout << "options:\n";
  for (std::size_t i = 0; i < row.options.size(); ++i) {
    std::cout << fmt::format("  {}: {}", rows.label_words[i], as_literal(row.options[i]));
    if (!row.prompt.continuations.empty())
      std::cout << fmt::format(", {} tokens: {}", row.prompt.continuations[i].size(),
                               fmt::join(row.prompt.continuations[i], " "));
    std::cout << '\n';
  }
}

void show_gold(const PreparedRow& row, const PreparedRows& rows) {
  if (row.gold_answers.empty()) {
    const auto gold = static_cast<std::size_t>(row.prompt.gold);
    std::cout << fmt::format("gold: {} (index {})\n", as_literal(rows.label_words[gold]), gold);
    return;
  }
  std::vector<std::string> answers;
  for (const std::string& answer : row.gold_answers) answers.push_back(as_literal(answer));
  std::cout << fmt::format("gold answers: {}\n", fmt::join(answers, ", "));
}

void show_row(const PreparedRow& row, const PreparedRows& rows, const Tokenizer* tokenizer) {
  std::cout << fmt::format("\nrow {} (line {})\n", row.row, row.row + 1);
  if (!row.text.empty()) {
    std::cout << "prompt:\n";
    show_text(row.text);
  }
  std::cout << fmt::format("{} tokens: {}\n", row.prompt.tokens.size(), fmt::join(row.prompt.tokens, " "));
  show_labels(row, rows, tokenizer);
  show_options(row, rows);
  show_gold(row, rows);
}

constexpr const char* kRowsOption = "rows-file";

PromptRules rules_of(const InspectBenchmarkOptions& options, const Benchmark& benchmark) {
  PromptRules rules;
  rules.scoring = options.scoring;
  rules.letters = options.letters;
  rules.strip_trailing_space = options.strip_trailing_space;
  rules.shots = options.shots;
  rules.shots_file = split_file(benchmark, options.data, benchmark.calibration_split, kRowsOption);
  rules.shots_seed = options.shots_seed;
  rules.long_rows = options.long_rows;
  rules.new_tokens = benchmark.new_tokens;
  return rules;
}

}  // namespace

ExitCode run_inspect_benchmark(const InspectBenchmarkOptions& options, const Invocation&) {
  const auto table = load_benchmark_table(benchmark_table_folder(options.benchmark_table));
  const Benchmark& benchmark = find_benchmark(table, options.benchmark);
  const ModelFacts model = read_model_facts(options.model, benchmark.kind != BenchmarkKind::tokens);
  const std::string& split =
      options.split == BenchmarkSplit::scored ? benchmark.evaluation_split : benchmark.calibration_split;
  const auto file =
      options.rows_file.empty() ? split_file(benchmark, options.data, split, kRowsOption) : options.rows_file;
  RowChoice choice;
  choice.at_most = options.rows;
  const PreparedRows rows = prepare_rows(benchmark, {file, choice}, model, rules_of(options, benchmark));
  std::cout << fmt::format("benchmark {}: kind {}, metric {}, value {}\nrows of {}\nSHA-256 {}\n",
                           benchmark.name, name_of(benchmark.kind), benchmark.metric,
                           name_of(benchmark.value), file.string(), rows.file_sha256);
  if (rows.skipped > 0 || rows.truncated > 0)
    std::cout << fmt::format("too long for the model's {} positions: {} rows skipped, {} cut at the front\n",
                             model.config.max_positions, rows.skipped, rows.truncated);
  for (const PreparedRow& row : rows.rows) show_row(row, rows, model.tokenizer_or_null());
  return ExitCode::ok;
}

}  // namespace harsanyi
