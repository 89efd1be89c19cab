#include <algorithm>
#include <string>

#include "orchestrator/job/evaluation_job.hpp"
#include "partition/base/error.hpp"
#include "worker/benchmark/white_space.hpp"

namespace harsanyi {
namespace {

/// A unit and what its answers need.
struct Task {
  Engine& engine;
  const EvaluationJob& job;
  const EvaluationUnit& unit;

  [[nodiscard]] std::size_t table_number() const { return static_cast<std::size_t>(unit.table); }
  [[nodiscard]] const EvaluationTable& shape() const { return job.plan.tables[table_number()]; }
  [[nodiscard]] const ResultsTable& table() const { return job.tables[table_number()]; }
  [[nodiscard]] const EvaluatedModel& model() const {
    return job.models[static_cast<std::size_t>(shape().model)];
  }
  [[nodiscard]] const std::optional<Calibration>& calibration() const {
    return model().of_method[static_cast<std::size_t>(unit.method)];
  }
  [[nodiscard]] const Calibration* calibration_or_null() const {
    return calibration() ? &*calibration() : nullptr;
  }
};

// An item's scores, filled up to the table's width.
void append_scores(std::vector<double>& values, std::span<const double> scores, int width) {
  values.insert(values.end(), scores.begin(), scores.end());
  values.insert(values.end(), static_cast<std::size_t>(width) - scores.size(), kNoSuchLabel);
}

// Index of the largest score, the first of equals.
double arg_max(std::span<const double> scores) {
  return static_cast<double>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

// The option that a token names, or kNone: its text, stripped of white space, is the option's letter
// (spec prompts.md section 1).
double letter_of(const Task& task, std::int32_t token, std::size_t options) {
  const Tokenizer& tokenizer = *task.model().facts.tokenizer;
  if (!tokenizer.contains(token)) return kNone;
  const std::string decoded = tokenizer.decode(std::span{&token, 1}, /*skip_special_tokens=*/true);
  const std::string_view text = without_white_space_around(decoded);
  const auto& letters = task.table().labels;
  const auto last = letters.begin() + static_cast<std::ptrdiff_t>(std::min(options, letters.size()));
  const auto found = std::find(letters.begin(), last, text);
  return found == last ? kNone : static_cast<double>(found - letters.begin());
}

std::vector<double> next_token_answers(const Task& task) {
  const bool vocabulary = task.shape().answers == AnswerKind::next_token;
  std::vector<double> values;
  for (const Answer& answer :
       task.engine.answers(task.job.prompts_of(task.unit), task.calibration_or_null(),
                           vocabulary ? AnswerScope::vocabulary : AnswerScope::label_tokens)) {
    append_scores(values, answer.label_logits, task.shape().width);
    if (!vocabulary) {
      values.push_back(arg_max(answer.label_logits));
      continue;
    }
    values.push_back(letter_of(task, answer.token, answer.label_logits.size()));
    values.push_back(answer.token);
    values.push_back(answer.logsumexp);
  }
  return values;
}

std::vector<double> likelihood_answers(const Task& task) {
  const auto prompts = task.job.prompts_of(task.unit);
  const std::vector<double> all = task.engine.log_likelihoods(prompts, task.calibration_or_null());
  std::vector<double> values;
  std::size_t first = 0;
  for (const Prompt& prompt : prompts) {
    const auto scores = std::span{all}.subspan(first, prompt.continuations.size());
    append_scores(values, scores, task.shape().width);
    values.push_back(arg_max(scores));
    first += scores.size();
  }
  return values;
}

std::vector<double> generated_answers(const Task& task) {
  const GeneratedAnswers& golds = task.job.generated[task.table_number()];
  const Intervention calibrated{.mask = std::nullopt, .calibration = task.calibration()};
  const auto texts = task.engine.generate(task.job.prompts_of(task.unit), calibrated, golds.rules);
  std::vector<double> values;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto item = static_cast<std::size_t>(task.unit.items.first) + i;
    const AnswerScores scores = scores_of(golds, item, texts[i], *task.model().facts.tokenizer);
    values.insert(values.end(),
                  {scores.best.exact_match, scores.best.f1, scores.first.exact_match, scores.first.f1});
    values.insert(values.end(), texts[i].begin(), texts[i].end());
    values.insert(values.end(), static_cast<std::size_t>(task.shape().width) - texts[i].size(), kNone);
  }
  return values;
}

}  // namespace

std::vector<double> unit_answers(Engine& engine, const EvaluationJob& job, const EvaluationUnit& unit) {
  const Task task{engine, job, unit};
  switch (task.shape().answers) {
    case AnswerKind::label_logits:
    case AnswerKind::next_token:
      return next_token_answers(task);
    case AnswerKind::option_likelihood:
      return likelihood_answers(task);
    case AnswerKind::generated_text:
      return generated_answers(task);
  }
  throw BenchmarkError{"unknown kind of answer"};
}

}  // namespace harsanyi
