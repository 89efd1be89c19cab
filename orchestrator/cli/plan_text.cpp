#include "orchestrator/cli/plan_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/job/unit_memory.hpp"
#include "orchestrator/run/progress.hpp"

namespace harsanyi {
namespace {

// Assumed for the estimate of time, and said beside it.
constexpr double kFlopsPerSecond = 1e11;

struct Totals {
  double flops = 0.0;
  double longest = 0.0;
};

Totals totals_of(std::span<const UnitCost> costs) {
  Totals totals;
  for (const UnitCost& cost : costs) {
    totals.flops += cost.flops;
    totals.longest = std::max(totals.longest, cost.flops);
  }
  return totals;
}

std::string model_line(const ModelFacts& model) {
  const ModelShape& s = model.config.shape;
  return plan_line("model", fmt::format("{} ({}): {} layers, {} query and {} key/value heads, {} parameters",
                                        model.name, model.config.family, s.layers, s.query_heads, s.kv_heads,
                                        with_prefix(static_cast<double>(s.parameters()), "")));
}

std::string cost_lines(const Totals& totals) {
  return plan_line("cost", fmt::format("{} in all, {} the largest unit; {} at {} per rank",
                                       with_prefix(totals.flops, "FLOP"), with_prefix(totals.longest, "FLOP"),
                                       duration_text(totals.flops / kFlopsPerSecond),
                                       with_prefix(kFlopsPerSecond, "FLOP/s")));
}

std::string memory_line(const RankMemory& memory) {
  return plan_line(
      "memory",
      fmt::format("{} of weights + {} of the mapped file, which the ranks of a node share, + {} per "
                  "rank, in float32 on a CPU",
                  with_prefix(memory.weights, "B"), with_prefix(memory.file, "B"),
                  with_prefix(memory.working(), "B")));
}

MemoryForm form_of(const ModelFacts& model) {
  return usual_form({}, model.folder);
}

std::string stopping_line(const SweepJob& job) {
  if (job.stopping.kind == Stopping::full) return "";
  auto looks = job.rounds.of_largest_pool();
  looks.pop_back();
  return plan_line(
      "stopping",
      fmt::format("{}, confidence {}: looks after {} samples of a benchmark; layers decided there need "
                  "no more, so units, values and cost are the most that can be needed",
                  name_of(job.stopping.kind), job.stopping.elimination.confidence, fmt::join(looks, ", ")));
}

std::string prompt_line(std::vector<int> lengths) {
  std::sort(lengths.begin(), lengths.end());
  return plan_line("prompts", fmt::format("{} of {} to {} tokens, median {}", lengths.size(), lengths.front(),
                                          lengths.back(), lengths[lengths.size() / 2]));
}

}  // namespace

std::string plan_line(const char* name, const std::string& text) {
  return fmt::format("  {:<16}{}\n", name, text);
}

std::string with_prefix(double value, const char* unit) {
  constexpr std::array prefixes{"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < prefixes.size()) {
    value /= 1000.0;
    ++prefix;
  }
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}{}", value, prefix == 0 && value == static_cast<int>(value) ? 0 : digits,
                     prefixes[prefix], unit);
}

std::string plan_text(const SweepJob& job) {
  const SweepPlan& plan = job.plan;
  const Totals totals = totals_of(job.costs);
  const double published = published_flops(plan, job.model.config.shape, job.prompt_lengths());
  const std::int64_t values =
      std::int64_t{plan.shape.layers} * plan.shape.samples() * plan.shape.coalitions();
  std::string text = "sweep plan\n";
  text += model_line(job.model);
  text += plan_line(
      "game", fmt::format("{} players, {} coalitions per layer; mask {}{}; value {}", plan.shape.players,
                          plan.shape.coalitions(), name_of(job.rules.mask),
                          uses_epsilon(job.rules.mask) ? fmt::format(", epsilon {}", job.rules.epsilon) : "",
                          name_of(job.rules.value)));
  text += prompt_line(job.prompt_lengths());
  text += plan_line("values", fmt::format("{} = {} layers x {} samples x {} coalitions", values,
                                          plan.shape.layers, plan.shape.samples(), plan.shape.coalitions()));
  text += plan_line("units", fmt::format("{} of at most {} layers, {} coalitions, {} samples; {}",
                                         plan.units.size(), plan.sharding.layers, plan.sharding.coalitions,
                                         plan.sharding.samples, job.unit_reason));
  if (const auto units = std::count(job.in_part.begin(), job.in_part.end(), true);
      units < std::ssize(job.in_part))
    text +=
        plan_line("part", fmt::format("{} units by this run; cost and memory below are of the whole", units));
  text += stopping_line(job);
  text += cost_lines(totals);
  if (job.rules.value != ValueKind::f1)
    text +=
        plan_line("published loop", fmt::format("{}, one full forward pass per value: {:.1f} times as much",
                                                with_prefix(published, "FLOP"), published / totals.flops));
  text += memory_line(memory_of(job, form_of(job.model)));
  return text;
}

std::string plan_text(const EvaluationJob& job) {
  std::string text = "evaluation plan\n";
  std::vector<int> lengths;
  for (const auto& prompts : job.prompts)
    for (const Prompt& prompt : prompts) lengths.push_back(static_cast<int>(prompt.tokens.size()));
  for (const EvaluatedModel& model : job.models) text += model_line(model.facts);
  text += plan_line("methods", fmt::format("{}", fmt::join(job.methods, ", ")));
  for (const ResultsTable& table : job.tables)
    text += plan_line("table",
                      fmt::format("{} on {}: {} items", table.benchmark, table.model, table.items.size()));
  text += prompt_line(lengths);
  text += plan_line("units",
                    fmt::format("{} of at most {} items", job.plan.units.size(), job.plan.items_per_unit));
  text += cost_lines(totals_of(job.costs));
  for (std::size_t model = 0; model < job.models.size(); ++model)
    text += memory_line(memory_of(job, model, form_of(job.models[model].facts)));
  return text;
}

}  // namespace harsanyi
