#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/named_enum.hpp"
#include "partition/game/conventions.hpp"
#include "partition/plan/prompt.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

enum class BenchmarkKind {
  classification,      ///< instruction + template(row); answer = one of the label words
  multiple_choice,     ///< question and lettered options; answer = a letter, or an option's text
  question_answering,  ///< answer = generated text, scored by EM and F1
  tokens,              ///< rows are token ids already: {"tokens": [...], "label_tokens": [...], "gold": i}
};

template <>
struct EnumNames<BenchmarkKind> {
  static constexpr std::string_view kind = "kind of benchmark";
  static constexpr std::array names{
      std::pair{BenchmarkKind::classification, std::string_view{"classification"}},
      std::pair{BenchmarkKind::multiple_choice, std::string_view{"multiple_choice"}},
      std::pair{BenchmarkKind::question_answering, std::string_view{"question_answering"}},
      std::pair{BenchmarkKind::tokens, std::string_view{"tokens"}}};
};

/// How a multiple-choice question is asked and answered.
enum class ChoiceScoring {
  next_token,         ///< options are listed; the most likely next token, decoded and stripped, is the letter
  option_likelihood,  ///< options are not listed; the option text of largest log-likelihood (as
                      ///< lm-evaluation-harness: `acc` plain, `acc_norm` divided by the text's length)
};

/// Which token stands for an option's letter in the value function (spec prompts.md section 1).
enum class LetterRule {
  in_context,  ///< the one token that " A" adds after the prompt, checked
  release,     ///< second token of " A" tokenised alone (game_theory.py:207-209)
};

/// What is done with a prompt that is longer than the model's positions.
enum class LongRows { stop, skip, truncate_left };

template <>
struct EnumNames<ChoiceScoring> {
  static constexpr std::string_view kind = "scoring of multiple choice";
  static constexpr std::array names{
      std::pair{ChoiceScoring::next_token, std::string_view{"next_token"}},
      std::pair{ChoiceScoring::option_likelihood, std::string_view{"option_likelihood"}}};
};
template <>
struct EnumNames<LetterRule> {
  static constexpr std::string_view kind = "letter token rule";
  static constexpr std::array names{std::pair{LetterRule::in_context, std::string_view{"in_context"}},
                                    std::pair{LetterRule::release, std::string_view{"release"}}};
};
template <>
struct EnumNames<LongRows> {
  static constexpr std::string_view kind = "treatment of long rows";
  static constexpr std::array names{std::pair{LongRows::stop, std::string_view{"stop"}},
                                    std::pair{LongRows::skip, std::string_view{"skip"}},
                                    std::pair{LongRows::truncate_left, std::string_view{"truncate_left"}}};
};

/// How a multiple-choice row names its right option.
enum class LabelForm {
  index,   ///< a whole number or a text of digits, from 0
  letter,  ///< a letter from A, or a digit from 1 (as some ARC rows have it)
};

template <>
struct EnumNames<LabelForm> {
  static constexpr std::string_view kind = "form of the label";
  static constexpr std::array names{std::pair{LabelForm::index, std::string_view{"index"}},
                                    std::pair{LabelForm::letter, std::string_view{"letter"}}};
};

/// How a multiple-choice question is put when its options are not listed (ChoiceScoring::option_likelihood).
struct LikelihoodContext {
  std::string context;  ///< template; empty: the benchmark does not offer this scoring
  std::vector<std::string> without_last_character;  ///< fields that are trimmed and lose their last character
  /// Field -> its text in the row -> what the context has instead.
  std::map<std::string, std::map<std::string, std::string>> words;
};

/// One entry of the prompt table: configs/benchmarks/<name>.json (docs/formats/benchmark_table.md). A field
/// of a row may lie in an object of it: "choices.text".
struct Benchmark {
  std::string name;
  std::string source;  ///< where the data come from, for readers; may be empty
  BenchmarkKind kind = BenchmarkKind::classification;
  std::string folder;             ///< data folder below --data
  std::string calibration_split;  ///< file name without .jsonl
  std::string evaluation_split;
  std::string instruction;      ///< put in front of every prompt
  std::string prompt_template;  ///< with {field} for a field of the row
  std::string label_field;
  std::vector<std::string> label_words;  ///< classification: in index order

  std::vector<std::string> option_fields;  ///< multiple choice: one field per option; or
  std::string options_field;               ///< the field that lists all options
  LabelForm label_form = LabelForm::index;
  LikelihoodContext likelihood;

  std::string context_field;  ///< question answering: the text that is asked about, not blank
  std::string answers_field;  ///< list of right answers
  std::string unanswerable;   ///< right answer of a row without answers; empty: such a row is an error
  /// A solved question about the same text, put in place of {example}; {answer} is its first answer. It is
  /// the file's first other row with equal context; nothing is put where there is none. Empty: no example.
  std::string example_template;

  std::string metric;  ///< "accuracy", or "f1" (with exact match beside it) for generated answers
  ValueKind value = ValueKind::label_set;  ///< what a coalition's value measures, unless asked otherwise
  int new_tokens = 0;                      ///< question answering: most tokens of a generated answer
};

/// All entries of a table folder, by name. @throws BenchmarkError  naming file, field and remedy.
[[nodiscard]] std::map<std::string, Benchmark> load_benchmark_table(const std::filesystem::path& folder);

/// The entry of that name. @throws BenchmarkError  naming the nearest known name.
[[nodiscard]] const Benchmark& find_benchmark(const std::map<std::string, Benchmark>& table,
                                              std::string_view name);

/// A row ready for the model.
struct PreparedRow {
  int row = 0;       ///< line of its file, from 0
  std::string text;  ///< the exact prompt, before truncate_left; empty for kind tokens
  Prompt prompt;
  std::vector<std::string> options;       ///< multiple choice: the option texts, in the row's order
  std::vector<std::string> gold_answers;  ///< question answering: at least one, the file's first one first
};

struct PreparedRows {
  std::filesystem::path file;
  std::string file_sha256;
  /// In index order: the label words; for multiple choice the letters of the row with most options; for kind
  /// tokens the label indices as text; none for question answering.
  std::vector<std::string> label_words;
  std::vector<PreparedRow> rows;
  int skipped = 0;    ///< chosen rows left out because they were too long
  int truncated = 0;  ///< rows whose prompts were cut at the front
};

/// Bounds that the model sets.
struct ModelLimits {
  int max_positions = 0;
  int vocabulary = 0;
};

/// How rows become prompts, beside what the table says.
struct PromptRules {
  ChoiceScoring scoring = ChoiceScoring::next_token;
  LetterRule letters = LetterRule::in_context;
  bool strip_trailing_space = false;      ///< of the prompt (spec prompts.md section 1); the release keeps it
  int shots = 0;                          ///< solved examples in front of the question
  std::filesystem::path shots_file = {};  ///< rows that they are drawn from; needed for shots > 0
  std::uint64_t shots_seed = 42;
  LongRows long_rows = LongRows::stop;
  int new_tokens = 0;  ///< positions kept free for generated tokens
};

/// Rows of a scored file that serve as calibration rows where a benchmark has none of its own.
enum class HeldOut {
  left_out,  ///< the choice is among the other rows
  alone,     ///< the choice is the beginning of the held-out rows, in drawn order
};

/// Which rows of a file are used.
struct RowChoice {
  std::optional<int> at_most = {};  ///< all rows if absent; `min(at_most, rows)` else
  bool shuffled = false;  ///< true: drawn without replacement by `seed`; false: the first ones in file order
  std::uint64_t seed = 42;
  int hold_out = 0;  ///< rows that are drawn by `seed` and held out; 0: none
  HeldOut held_out = HeldOut::left_out;
};

/// Row numbers chosen from `rows` >= 0 rows, in the order they are used. Same on every machine and standard
/// library; a smaller `at_most` gives the beginning of a larger one's choice (docs/decisions/row-choice.md).
/// @throws BenchmarkError  if `at_most` is below 1, or no row is left beside the held-out ones
[[nodiscard]] std::vector<int> choose_rows(int rows, const RowChoice& choice);

/// Reads a JSON-lines file, builds the prompts and tokenises them. Every row of the file is checked, the
/// chosen ones are tokenised. Prompts have the tokenizer's special tokens (BOS of Llama) and no chat
/// template. Texts: spec prompts.md; what each kind fills in: docs/formats/benchmark_table.md.
/// @param tokenizer  needed by every kind but `tokens`, which takes null
/// @param limits     of the model; a token id outside the vocabulary is an error, a prompt longer than the
///                   positions less `rules.new_tokens` and the longest continuation is what
///                   `rules.long_rows` says
/// @throws BenchmarkError  naming file, line (from 1) and field: a row that is no object, invalid UTF-8, an
///         "id" that is there twice, a missing field, a label out of range, fewer than two or more than seven
///         options, a blank context, no right answer, two labels that share a token, a letter that is no
///         single token, too few rows for the shots, no rows at all, nothing but rows that are too long
[[nodiscard]] PreparedRows prepare_rows(const Benchmark& benchmark, const std::filesystem::path& file,
                                        const RowChoice& choice, const Tokenizer* tokenizer,
                                        const ModelLimits& limits, const PromptRules& rules = {});

/// The label-token rule: the last token of each label word tokenised alone, without special tokens
/// (spec prompts.md section 1).
/// @throws BenchmarkError  if two labels end in the same token, naming both
[[nodiscard]] std::vector<TokenId> label_tokens(const Benchmark& benchmark, const Tokenizer& tokenizer);

}  // namespace harsanyi
