#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/evaluation_runner.hpp"
#include "orchestrator/cli/in_world.hpp"
#include "orchestrator/cli/input_trial.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/cli/run_log.hpp"
#include "orchestrator/job/layer_choice.hpp"
#include "orchestrator/job/run_job.hpp"
#include "orchestrator/report/evaluation_tables.hpp"
#include "orchestrator/run/together.hpp"

namespace harsanyi {
namespace {

/// What one round tries: a layer on top of those that are taken, or nothing.
struct Candidate {
  std::optional<int> layer;
  MethodPlan plan;
};

// The unmodified model in the first round, then every layer that is not taken.
std::vector<Candidate> candidates_beside(const std::vector<int>& taken, int layers) {
  std::vector<Candidate> candidates;
  if (taken.empty())
    candidates.push_back({std::nullopt, {"vanilla", EvaluationMethod::vanilla, {LayerList{}}}});
  for (int layer = 0; layer < layers; ++layer) {
    if (std::find(taken.begin(), taken.end(), layer) != taken.end()) continue;
    std::vector<int> with = taken;
    with.push_back(layer);
    candidates.push_back(
        {layer, {fmt::format("layer {}", layer), EvaluationMethod::gac, {LayerList::of(with)}}});
  }
  return candidates;
}

std::vector<MethodPlan> plans_of(const std::vector<Candidate>& candidates) {
  std::vector<MethodPlan> plans;
  plans.reserve(candidates.size());
  for (const Candidate& candidate : candidates) plans.push_back(candidate.plan);
  return plans;
}

// The score that a search raises: the mean over the tables of accuracy, or of F1 where answers are texts.
double mean_score(const std::vector<EvaluatedBenchmark>& evaluated, std::size_t method) {
  double sum = 0.0;
  for (const EvaluatedBenchmark& benchmark : evaluated) {
    const MethodSummary& summary = benchmark.methods.at(method).summary;
    sum += summary.text ? summary.text->f1 : summary.accuracy.value;
  }
  return sum / static_cast<double>(evaluated.size());
}

// Takes the best layer of a finished round, the lowest of equals, if it raises the score.
bool take_best(LayerChoice& choice, const std::vector<Candidate>& candidates, const ResultsFile& results) {
  const auto evaluated = evaluate_results(results);
  std::optional<int> best;
  double best_score = choice.scores.empty() ? mean_score(evaluated, 0) : choice.scores.back();
  if (choice.scores.empty()) choice.scores.push_back(best_score);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const double score = mean_score(evaluated, i);
    if (!candidates[i].layer || score <= best_score) continue;
    best = candidates[i].layer;
    best_score = score;
  }
  if (!best) return false;
  choice.layers.push_back(*best);
  choice.scores.push_back(best_score);
  std::cout << fmt::format("round {}: layer {} raises the score from {:.4f} to {:.4f}\n",
                           choice.layers.size(), *best, choice.scores.rbegin()[1], best_score);
  return true;
}

void say_found(const LayerChoice& choice, const std::filesystem::path& file) {
  std::cout << fmt::format("{} layers, by {} rows: score {:.4f} without, {:.4f} with layers {}: {}\n",
                           choice.layers.size(), name_of(choice.split), choice.scores.front(),
                           choice.scores.back(), LayerList::of(choice.layers).text(), file.string());
}

/// Greedy forward selection; every round is an evaluation with a results file of its own, so that a search
/// that was ended goes on where it was.
class LayerSearch {
 public:
  LayerSearch(World& world, const LayersOptions& options, const Invocation& invocation)
      : world_{world},
        options_{options},
        layers_{read_model_config(options.evaluation.models.front()).shape.layers},
        runner_{world,
                invocation,
                {.compute = options.evaluation.compute,
                 .attempts = options.evaluation.attempts,
                 .unit_deadline = options.evaluation.limits.unit_deadline,
                 .title = "layers"}} {
    choice_.split = options.split;
  }

  ExitCode run() {
    together(world_, [&] {
      if (leads()) std::filesystem::create_directories(options_.out);
    });
    const int rounds = std::min(options_.rounds, layers_);
    for (int round = 1; round <= rounds; ++round) {
      const auto candidates = candidates_beside(choice_.layers, layers_);
      EvaluationJob job;
      together(world_,
               [&] { job = prepare_evaluation(options_.evaluation, plans_of(candidates), options_.split); });
      const EvaluationRunner::Run run = runner_.run(job, options_.out / fmt::format("round_{:02}.h5", round));
      if (!run.outcome.complete()) return exit_code_of(run.outcome);
      if (!advance(candidates, run.results)) break;
    }
    const auto file = options_.out / "layers.json";
    together(world_, [&] {
      if (!leads()) return;
      write_layer_choice(file, choice_);
      say_found(choice_, file);
    });
    return ExitCode::ok;
  }

 private:
  [[nodiscard]] bool leads() { return world_.rank() == Rank{0}; }

  // On every rank the same: false if the search is at its end.
  [[nodiscard]] bool advance(const std::vector<Candidate>& candidates,
                             const std::optional<ResultsFile>& results) {
    bool took = false;
    together(world_, [&] {
      if (leads()) took = take_best(choice_, candidates, *results);
    });
    const std::int64_t layer = told_by_rank_0(world_, took ? choice_.layers.back() : -1);
    if (layer >= 0 && !leads()) choice_.layers.push_back(static_cast<int>(layer));
    return layer >= 0;
  }

  World& world_;
  const LayersOptions& options_;
  int layers_;
  EvaluationRunner runner_;
  LayerChoice choice_;
};

ExitCode search_in(World& world, const LayersOptions& options, const Invocation& invocation) {
  if (!options.evaluation.dry_run) return LayerSearch{world, options, invocation}.run();
  const int layers = read_model_config(options.evaluation.models.front()).shape.layers;
  const EvaluationJob first =
      prepare_evaluation(options.evaluation, plans_of(candidates_beside({}, layers)), options.split);
  if (world.rank() == Rank{0})
    std::cout << fmt::format("first of at most {} rounds\n", std::min(options.rounds, layers))
              << plan_text(first);
  return ExitCode::ok;
}

}  // namespace

ExitCode run_layers(const LayersOptions& options, const Invocation& invocation) {
  const StopSignals signals;
  const RunLog log{options.evaluation.log, "layers"};
  const InputTrial trial{options.evaluation.groups};
  return in_world(options.evaluation.limits, [&](World& world) {
    trial.require_passed(world);
    return search_in(world, options, invocation);
  });
}

}  // namespace harsanyi
