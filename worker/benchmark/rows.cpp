#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"
#include "partition/base/sha256.hpp"
#include "worker/benchmark/benchmark.hpp"
#include "worker/benchmark/prompt_template.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

/// One row of a JSON-lines file, with its place for messages.
class Row {
 public:
  Row(const std::filesystem::path& file, int number, const std::string& line)
      : file_{file}, number_{number}, object_(parse(line)) {}

  [[nodiscard]] BenchmarkError error(std::string_view problem) const {
    return BenchmarkError{fmt::format("{}, line {}: {}", file_.string(), number_ + 1, problem)};
  }

  [[nodiscard]] const json& member(const std::string& field) const {
    const auto found = object_.find(field);
    if (found != object_.end()) return *found;
    std::vector<std::string> names;
    for (const auto& [name, value] : object_.items()) names.push_back(name);
    throw error(names.empty() ? fmt::format("the field '{}' is missing; the row is empty", field)
                              : fmt::format("the field '{}' is missing; the nearest field of the row is '{}'",
                                            field, nearest_name(field, names)));
  }

  [[nodiscard]] std::string text(const std::string& field) const {
    const json& value = member(field);
    if (!value.is_string())
      throw error(fmt::format("the field '{}' must be a text, found {}", field, shortened(value)));
    return value.get<std::string>();
  }

  /// A whole number, or a text of digits (as HellaSwag has it), of at least 0 and less than `bound`.
  [[nodiscard]] int index(const std::string& field, int bound) const {
    const std::optional<std::int64_t> number = whole_number(member(field));
    if (!number || *number < 0 || *number >= bound)
      throw error(fmt::format("the field '{}' is {}, not a label index from 0 to {}", field,
                              shortened(member(field)), bound - 1));
    return static_cast<int>(*number);
  }

  /// A list of token ids of at least 0 and less than `vocabulary`.
  [[nodiscard]] std::vector<TokenId> tokens(const std::string& field, int vocabulary) const {
    const json& value = member(field);
    if (!value.is_array() || value.empty())
      throw error(fmt::format("the field '{}' must be a list of token ids that is not empty, found {}", field,
                              shortened(value)));
    std::vector<TokenId> ids;
    ids.reserve(value.size());
    for (const json& id : value) {
      if (!id.is_number_integer() || id < 0 || id >= vocabulary)
        throw error(
            fmt::format("the field '{}' holds {}, not a token id from 0 to {} (the model's vocabulary)",
                        field, shortened(id), vocabulary - 1));
      ids.push_back(id.get<TokenId>());
    }
    return ids;
  }

  void require_fitting(std::size_t tokens, int max_positions) const {
    if (tokens > static_cast<std::size_t>(max_positions))
      throw error(
          fmt::format("the prompt has {} tokens, the model only {} positions; shorten or remove the row",
                      tokens, max_positions));
  }

 private:
  [[nodiscard]] json parse(const std::string& line) const {
    json object;
    try {
      object = json::parse(line);
    } catch (const json::exception& e) {
      throw error(fmt::format("no valid JSON: {}", e.what()));
    }
    if (!object.is_object())
      throw error(fmt::format("a row must be a JSON object {{...}}, found {}", shortened(object)));
    return object;
  }

  static std::string shortened(const json& value) {
    constexpr std::size_t kMost = 60;
    std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true);
    if (text.size() > kMost) text = text.substr(0, kMost) + "...";
    return text;
  }

  static std::optional<std::int64_t> whole_number(const json& value) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
  }

  const std::filesystem::path& file_;
  int number_;
  json object_;
};

/// Turns rows of one benchmark into prompts.
class PromptMaker {
 public:
  virtual ~PromptMaker() = default;
  /// Throws if the row lacks something; cheap, done for every row of the file.
  virtual void check(const Row& row) = 0;
  /// Fills text and prompt of a checked row.
  virtual void make(const Row& row, PreparedRow& prepared) const = 0;
  [[nodiscard]] virtual std::vector<std::string> label_words() const = 0;
};

class ClassificationPrompts final : public PromptMaker {
 public:
  ClassificationPrompts(const Benchmark& benchmark, const Tokenizer& tokenizer, const ModelLimits& limits)
      : benchmark_{benchmark},
        template_{benchmark.prompt_template},
        fields_{template_.fields()},
        tokenizer_{tokenizer},
        limits_{limits},
        label_tokens_{harsanyi::label_tokens(benchmark, tokenizer)} {
    const TokenId largest = *std::max_element(label_tokens_.begin(), label_tokens_.end());
    if (largest >= limits.vocabulary) throw BenchmarkError{foreign_tokenizer(largest)};
  }

  void check(const Row& row) override {
    for (const std::string& field : fields_) (void)row.text(field);
    (void)gold(row);
  }

  void make(const Row& row, PreparedRow& prepared) const override {
    prepared.text = benchmark_.instruction +
                    template_.filled([&row](const std::string& field) { return row.text(field); });
    prepared.prompt.tokens = tokenizer_.encode(prepared.text, /*add_special_tokens=*/true);
    row.require_fitting(prepared.prompt.tokens.size(), limits_.max_positions);
    for (const TokenId token : prepared.prompt.tokens)
      if (token >= limits_.vocabulary) throw row.error(foreign_tokenizer(token));
    prepared.prompt.label_tokens = label_tokens_;
    prepared.prompt.gold = gold(row);
  }

  [[nodiscard]] std::vector<std::string> label_words() const override { return benchmark_.label_words; }

 private:
  [[nodiscard]] int gold(const Row& row) const {
    return row.index(benchmark_.label_field, static_cast<int>(benchmark_.label_words.size()));
  }

  [[nodiscard]] std::string foreign_tokenizer(TokenId token) const {
    return fmt::format(
        "token {} is outside the model's vocabulary of {}; tokenizer.json belongs to another model", token,
        limits_.vocabulary);
  }

  const Benchmark& benchmark_;
  PromptTemplate template_;
  std::vector<std::string> fields_;
  const Tokenizer& tokenizer_;
  ModelLimits limits_;
  std::vector<TokenId> label_tokens_;
};

class TokenPrompts final : public PromptMaker {
 public:
  explicit TokenPrompts(const ModelLimits& limits) : limits_{limits} {}

  /// All rows must have equally many labels: a table of label logits has one width.
  void check(const Row& row) override {
    row.require_fitting(row.tokens("tokens", limits_.vocabulary).size(), limits_.max_positions);
    auto labels = row.tokens("label_tokens", limits_.vocabulary);
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

  void make(const Row& row, PreparedRow& prepared) const override {
    prepared.prompt.tokens = row.tokens("tokens", limits_.vocabulary);
    prepared.prompt.label_tokens = row.tokens("label_tokens", limits_.vocabulary);
    prepared.prompt.gold = row.index("gold", static_cast<int>(labels_));
  }

  [[nodiscard]] std::vector<std::string> label_words() const override {
    std::vector<std::string> words;
    for (std::size_t label = 0; label < labels_; ++label) words.push_back(std::to_string(label));
    return words;
  }

 private:
  ModelLimits limits_;
  std::size_t labels_ = 0;
};

std::unique_ptr<PromptMaker> make_prompt_maker(const Benchmark& benchmark, const Tokenizer* tokenizer,
                                               const ModelLimits& limits) {
  if (benchmark.kind == BenchmarkKind::tokens) return std::make_unique<TokenPrompts>(limits);
  if (tokenizer == nullptr)
    throw BenchmarkError{
        fmt::format("benchmark '{}' has rows of text, which need a tokenizer; use a model folder "
                    "with tokenizer.json, or a benchmark of kind tokens",
                    benchmark.name)};
  return std::make_unique<ClassificationPrompts>(benchmark, *tokenizer, limits);
}

std::string read_text(const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown))
    throw BenchmarkError{fmt::format(
        "there is no data file {}; --data names the folder that holds the benchmarks", file.string())};
  if (std::filesystem::is_directory(file, unknown))
    throw BenchmarkError{fmt::format("{} is a folder, not a JSON-lines file", file.string())};
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf())) || in.bad())
    throw BenchmarkError{fmt::format("cannot read the data file {}; check its permissions", file.string())};
  return std::move(text).str();
}

}  // namespace

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
          "its "
          "answers cannot be told apart; leave this benchmark out for this model",
          benchmark.name, benchmark.label_words[static_cast<std::size_t>(twin - last_tokens.begin())], word,
          tokens.back())};
    last_tokens.push_back(tokens.back());
  }
  return last_tokens;
}

PreparedRows prepare_rows(const Benchmark& benchmark, const std::filesystem::path& file,
                          const RowChoice& choice, const Tokenizer* tokenizer, const ModelLimits& limits,
                          const PromptRules&) {
  const auto maker = make_prompt_maker(benchmark, tokenizer, limits);
  const std::string text = read_text(file);

  std::vector<Row> rows;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back(file, static_cast<int>(rows.size()), line);
    maker->check(rows.back());
  }
  if (rows.empty()) throw BenchmarkError{fmt::format("the data file {} holds no rows", file.string())};

  PreparedRows prepared;
  prepared.file = file;
  prepared.file_sha256 = sha256_hex(text);
  prepared.label_words = maker->label_words();
  for (const int number : choose_rows(static_cast<int>(rows.size()), choice)) {
    PreparedRow& row = prepared.rows.emplace_back();
    row.row = number;
    maker->make(rows[static_cast<std::size_t>(number)], row);
  }
  return prepared;
}

}  // namespace harsanyi
