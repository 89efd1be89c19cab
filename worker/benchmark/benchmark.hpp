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
#include "partition/plan/prompt.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

enum class BenchmarkKind {
  classification,  ///< instruction + template(row); answer = one of the label words
  tokens,          ///< rows are token ids already: {"tokens": [...], "label_tokens": [...], "gold": i}
};

template <>
struct EnumNames<BenchmarkKind> {
  static constexpr std::string_view kind = "kind of benchmark";
  static constexpr std::array names{
      std::pair{BenchmarkKind::classification, std::string_view{"classification"}},
      std::pair{BenchmarkKind::tokens, std::string_view{"tokens"}}};
};

/// One entry of the prompt table: configs/benchmarks/<name>.json (docs/formats/benchmark_table.md).
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
  std::vector<std::string> label_words;  ///< in index order
  std::string metric;                    ///< "accuracy"
};

/// All entries of a table folder, by name. @throws BenchmarkError  naming file, field and remedy.
[[nodiscard]] std::map<std::string, Benchmark> load_benchmark_table(const std::filesystem::path& folder);

/// The entry of that name. @throws BenchmarkError  naming the nearest known name.
[[nodiscard]] const Benchmark& find_benchmark(const std::map<std::string, Benchmark>& table,
                                              std::string_view name);

/// A row ready for the model.
struct PreparedRow {
  int row = 0;       ///< line of its file, from 0
  std::string text;  ///< the exact prompt; empty for kind tokens
  Prompt prompt;
};

struct PreparedRows {
  std::filesystem::path file;
  std::string file_sha256;
  std::vector<std::string> label_words;  ///< for kind tokens: the label indices as text
  std::vector<PreparedRow> rows;
};

/// Which rows of a file are used.
struct RowChoice {
  std::optional<int> at_most;  ///< all rows if absent; `min(at_most, rows)` else
  bool shuffled = false;  ///< true: drawn without replacement by `seed`; false: the first ones in file order
  std::uint64_t seed = 42;
};

/// Row numbers chosen from `rows` >= 0 rows, in the order they are used. Same on every machine and standard
/// library; a smaller `at_most` gives the beginning of a larger one's choice (docs/decisions/row-choice.md).
/// @throws BenchmarkError  if `at_most` is below 1
[[nodiscard]] std::vector<int> choose_rows(int rows, const RowChoice& choice);

/// Reads a JSON-lines file, builds the prompts and tokenises them. Every row of the file is checked, the
/// chosen ones are tokenised. Prompts have the tokenizer's special tokens (BOS of Llama) and no chat
/// template.
/// @param tokenizer      needed by every kind but `tokens`, which takes null
/// @param max_positions  of the model; a longer prompt is an error that names file, line and lengths
/// @param vocabulary     of the model; a token id outside is an error
/// @throws BenchmarkError  naming file, line (from 1) and field: a row that is no object, a missing field, a
/// label
///         out of range, two labels that share a token, no rows at all
[[nodiscard]] PreparedRows prepare_rows(const Benchmark& benchmark, const std::filesystem::path& file,
                                        const RowChoice& choice, const Tokenizer* tokenizer,
                                        int max_positions, int vocabulary);

/// The label-token rule: the last token of each label word tokenised alone, without special tokens
/// (spec prompts.md section 1).
/// @throws BenchmarkError  if two labels end in the same token, naming both
[[nodiscard]] std::vector<TokenId> label_tokens(const Benchmark& benchmark, const Tokenizer& tokenizer);

}  // namespace harsanyi
