#include <array>

#include "tests/benchmark/byte_tokenizer.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "worker/benchmark/benchmark.hpp"

namespace {

using namespace harsanyi;

std::vector<Benchmark> benchmarks_of_every_kind() {
  Benchmark words;
  words.kind = BenchmarkKind::classification;
  words.prompt_template = "{text} ({more.text}):";
  words.label_field = "label";
  words.label_words = {"0", "1"};
  Benchmark choices;
  choices.kind = BenchmarkKind::multiple_choice;
  choices.prompt_template = "{text}";
  choices.options_field = "options";
  choices.label_field = "label";
  Benchmark letters = choices;
  letters.options_field = "more.options";
  letters.label_form = LabelForm::letter;
  letters.likelihood.context = "{text}:";
  letters.likelihood.without_last_character = {"text"};
  Benchmark questions;
  questions.kind = BenchmarkKind::question_answering;
  questions.prompt_template = "{text} {example} {question}";
  questions.example_template = "{question} {answer}";
  questions.context_field = "text";
  questions.answers_field = "more.options";
  questions.unanswerable = "none";
  questions.new_tokens = 4;
  Benchmark tokens;
  tokens.kind = BenchmarkKind::tokens;
  return {words, choices, letters, questions, tokens};
}

}  // namespace

// The kind of benchmark, the rules, a newline; then rows as JSON lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto benchmarks = benchmarks_of_every_kind();
  static const auto tokenizer = test::load_byte_tokenizer(fuzz::folder(), test::letter_words());
  constexpr std::size_t head = 3;
  if (size < head) return 0;
  const auto file = fuzz::write_input("rows.jsonl", fuzz::as_text(data + head, size - head));
  const Benchmark& benchmark = benchmarks[data[0] % benchmarks.size()];
  PromptRules rules;
  rules.scoring = (data[1] & 1U) != 0 ? ChoiceScoring::option_likelihood : ChoiceScoring::next_token;
  rules.shots = (data[1] & 2U) != 0 ? 1 : 0;
  rules.shots_file = file;
  rules.strip_trailing_space = (data[1] & 4U) != 0;
  rules.long_rows = static_cast<LongRows>(data[1] / 8 % 3);
  const bool has_tokens = benchmark.kind == BenchmarkKind::tokens;
  fuzz::may_refuse([&] {
    static_cast<void>(prepare_rows(benchmark, file, {}, has_tokens ? nullptr : &tokenizer,
                                   {.max_positions = 64, .vocabulary = 300}, rules));
  });
  return 0;
}
