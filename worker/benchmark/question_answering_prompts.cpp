#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/prompt_template.hpp"
#include "worker/benchmark/white_space.hpp"

namespace harsanyi {
namespace {

/// Questions about a text; the answer is generated (spec prompts.md section 5).
class QuestionAnsweringPrompts final : public PromptMaker {
 public:
  explicit QuestionAnsweringPrompts(const PromptSetting& setting)
      : setting_{setting},
        template_{setting.benchmark.prompt_template},
        example_{setting.benchmark.example_template} {}

  void check(const Row& row) override {
    const Benchmark& benchmark = setting_.benchmark;
    const std::string context = row.text(benchmark.context_field);
    if (without_white_space_around(context).empty())
      throw row.error(
          fmt::format("the field '{}' is blank; there is nothing to ask about", benchmark.context_field));
    for (const std::string& field : template_.fields())
      if (!is_example(field)) (void)row.text(field);
    (void)right_answers(row);
    if (!benchmark.example_template.empty()) remember_example(row, context);
  }

  void make(const Row& row, const std::string& shots, PreparedRow& prepared) const override {
    std::string question = template_.filled(
        [&](const std::string& field) { return is_example(field) ? example_for(row) : row.text(field); });
    set_prompt(setting_, setting_.benchmark.instruction + shots + question, prepared);
    prepared.gold_answers = right_answers(row);
  }

 private:
  struct Example {
    int row = -1;  ///< none
    std::string text;
  };

  [[nodiscard]] bool is_example(const std::string& field) const {
    return field == "example" && !setting_.benchmark.example_template.empty();
  }

  [[nodiscard]] std::vector<std::string> right_answers(const Row& row) const {
    const Benchmark& benchmark = setting_.benchmark;
    std::vector<std::string> answers = row.texts(benchmark.answers_field);
    if (answers.empty() && benchmark.unanswerable.empty())
      throw row.error(
          fmt::format("the field '{}' holds no answer, and benchmark '{}' has no unanswerable "
                      "questions",
                      benchmark.answers_field, benchmark.name));
    if (answers.empty()) answers.push_back(benchmark.unanswerable);
    return answers;
  }

  /// The first two questions about each text suffice: the first other one is among them.
  void remember_example(const Row& row, const std::string& context) {
    for (Example& place : examples_[context]) {
      if (place.row >= 0) continue;
      const std::string answer = right_answers(row).front();
      place = {row.number(), example_.filled([&](const std::string& field) {
                 return field == "answer" ? answer : row.text(field);
               })};
      return;
    }
  }

  [[nodiscard]] std::string example_for(const Row& row) const {
    const auto& [first, second] = examples_.at(row.text(setting_.benchmark.context_field));
    return first.row == row.number() ? second.text : first.text;
  }

  PromptSetting setting_;
  PromptTemplate template_;
  PromptTemplate example_;
  std::unordered_map<std::string, std::array<Example, 2>> examples_;  ///< by context
};

}  // namespace

std::unique_ptr<PromptMaker> question_answering_prompts(const PromptSetting& setting) {
  return std::make_unique<QuestionAnsweringPrompts>(setting);
}

}  // namespace harsanyi
