#include "orchestrator/cli/notes.hpp"

#include <iostream>

#include <fmt/format.h>

#include "orchestrator/log/log.hpp"

namespace harsanyi {
namespace {

void say_model(const ModelFacts& model) {
  if (model.tokenizer && model.is_chat_model())
    say_note(
        fmt::format("'{}' is a chat model; prompts are raw text, without its chat template, as in the paper",
                    model.name));
}

void say_long_rows(const std::string& benchmark, int skipped, int truncated) {
  if (skipped > 0)
    say_note(fmt::format("{}: {} rows left out, longer than the model's positions", benchmark, skipped));
  if (truncated > 0)
    say_note(fmt::format("{}: {} prompts cut at the front, longer than the model's positions", benchmark,
                         truncated));
}

}  // namespace

void say_note(const std::string& note) {
  tell(std::cerr, {.message = note}, fmt::format("harsanyi: note: {}", note));
}

void say_notes(const SweepJob& job, const SweepOptions& options) {
  say_model(job.model);
  const bool units_are_chosen =
      options.worker_groups == 0 &&
      (options.unit_layers == 0 || options.unit_coalitions == 0 || options.unit_samples == 0);
  if (options.computes_part() && units_are_chosen)
    say_note(
        "the units of this part follow the number of ranks; parts fit together if all have the same "
        "--worker-groups, or all three --unit-...");
  for (const LongRowCount& rows : job.long_rows) say_long_rows(rows.benchmark, rows.skipped, rows.truncated);
}

void say_notes(const EvaluationJob& job) {
  for (const EvaluatedModel& model : job.models) say_model(model.facts);
  for (const ResultsTable& table : job.tables)
    say_long_rows(table.benchmark, table.rows_skipped, table.rows_truncated);
}

}  // namespace harsanyi
