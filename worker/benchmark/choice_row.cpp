#include "worker/benchmark/choice_row.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace harsanyi {
namespace {

constexpr std::size_t kMostOptions = 7;  // letters A to G (spec prompts.md section 4)

std::vector<std::string> options_of(const Benchmark& benchmark, const Row& row) {
  if (!benchmark.options_field.empty()) return row.texts(benchmark.options_field);
  std::vector<std::string> options;
  for (const std::string& field : benchmark.option_fields) options.push_back(row.text(field));
  return options;
}

}  // namespace

std::string option_letter(int option) {
  return {static_cast<char>('A' + option)};
}

std::vector<std::string> option_letters(int options) {
  std::vector<std::string> letters(static_cast<std::size_t>(options));
  for (int option = 0; option < options; ++option)
    letters[static_cast<std::size_t>(option)] = option_letter(option);
  return letters;
}

ChoiceRow read_choice_row(const Benchmark& benchmark, const Row& row) {
  ChoiceRow choice;
  choice.options = options_of(benchmark, row);
  if (choice.options.size() < 2 || choice.options.size() > kMostOptions)
    throw row.error(fmt::format("the row has {} choices in '{}'; there must be 2 to {} (letters A to G)",
                                choice.options.size(), benchmark.options_field, kMostOptions));
  const int count = static_cast<int>(choice.options.size());
  if (benchmark.label_form == LabelForm::letter) {
    choice.gold = row.letter_index(benchmark.label_field, count);
    choice.answer = row.text(benchmark.label_field);
  } else {
    choice.gold = row.index(benchmark.label_field, count);
    choice.answer = option_letter(choice.gold);
  }
  return choice;
}

}  // namespace harsanyi
