#include "partition/plan/cost.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/plan/unit_rows.hpp"

namespace harsanyi {
namespace {

/// The arithmetic of one decoder layer in double, which does not overflow.
class LayerCost {
 public:
  explicit LayerCost(const ModelShape& model)
      : hidden_{double(model.hidden)},
        query_width_{double(model.query_heads) * model.head_size},
        key_width_{double(model.kv_heads) * model.head_size},
        intermediate_{double(model.intermediate)},
        parameters_{double(model.layer_parameters())} {}

  /// F
  [[nodiscard]] double full(const UnitRows& rows) const {
    return 2 * rows.all * parameters_ + 4 * query_width_ * rows.pairs;
  }
  /// E
  [[nodiscard]] double last(const UnitRows& rows) const {
    return 2 * rows.all * keys_and_values() + 2 * rows.samples * (parameters_ - keys_and_values()) +
           4 * query_width_ * rows.last_pairs;
  }
  /// G of any layer but the last
  [[nodiscard]] double game(const UnitRows& rows, double coalitions) const {
    return 2 * rows.all * keys_and_values() + game_of_rows(rows.all, rows.pairs, coalitions);
  }
  /// G of the last layer
  [[nodiscard]] double last_game(const UnitRows& rows, double coalitions) const {
    return 2 * rows.all * keys_and_values() + game_of_rows(rows.samples, rows.last_pairs, coalitions);
  }

 private:
  [[nodiscard]] double keys_and_values() const { return 2 * hidden_ * key_width_; }
  /// What a game layer computes for the rows whose output is wanted.
  [[nodiscard]] double game_of_rows(double rows, double pairs, double coalitions) const {
    const double queries = hidden_ * query_width_;
    return 2 * rows * queries + 4 * rows * queries + 8 * query_width_ * pairs +
           coalitions * 6 * rows * hidden_ * intermediate_;
  }

  double hidden_;
  double query_width_;
  double key_width_;
  double intermediate_;
  double parameters_;
};

void require_layers(const LayerRange& layers, const ModelShape& model) {
  if (layers.first < 0 || layers.empty() || layers.last > model.layers)
    throw PlanError{
        fmt::format("layers {} to {} of the unit are no layers of a model that has {}; the plan belongs "
                    "to another model",
                    layers.first, layers.last, model.layers)};
}

// One pass over the prompts and `new_tokens` cached steps of each, with the logits of every new token.
UnitCost cost_of_generation(std::span<const int> lengths, const ModelShape& model, int new_tokens) {
  require_lengths(lengths, 1);
  if (new_tokens < 1)
    throw PlanError{fmt::format("{} new tokens cannot be costed; at least 1 is needed", new_tokens)};
  const UnitRows prompt = unit_rows(lengths, 0);
  const double steps = new_tokens;
  const UnitRows step{.all = prompt.samples * steps,
                      .pairs = prompt.all * steps + prompt.samples * steps * (steps + 1) / 2};
  const LayerCost layer{model};
  const double logits = 2 * step.all * static_cast<double>(model.hidden) * model.vocabulary;
  return {.flops = model.layers * (layer.full(prompt) + layer.full(step)) + logits};
}

}  // namespace

std::int64_t ModelShape::layer_parameters() const noexcept {
  const std::int64_t d = hidden;
  const std::int64_t query_width = std::int64_t{query_heads} * head_size;
  const std::int64_t key_width = std::int64_t{kv_heads} * head_size;
  return 2 * d * query_width + 2 * d * key_width + 3 * d * intermediate;
}

std::int64_t ModelShape::parameters() const noexcept {
  const std::int64_t embeddings = std::int64_t{vocabulary} * hidden;
  return layers * layer_parameters() + (tied_embeddings ? 1 : 2) * embeddings;
}

std::int64_t masked_coalitions(const SweepUnit& unit, int players) {
  return unit.coalitions.size() - (unit.coalitions.contains(Coalition::grand(players)) ? 1 : 0);
}

UnitCost cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                 int shared_prefix) {
  return cost_of(unit, model, model.kv_heads, tokens, shared_prefix);
}

UnitCost cost_of(const SweepUnit& unit, const ModelShape& model, int players, std::span<const int> tokens,
                 int shared_prefix) {
  require_layers(unit.layers, model);
  const auto lengths = lengths_of(tokens, unit.samples);
  if (shared_prefix < 0)
    throw PlanError{fmt::format("a shared prefix of {} tokens is impossible", shared_prefix)};
  require_lengths(lengths, shared_prefix + 1);

  const UnitRows rows = unit_rows(lengths, shared_prefix);
  const LayerCost layer{model};
  const auto coalitions = static_cast<double>(masked_coalitions(unit, players));
  const std::int64_t top = model.layers - 1;

  const double trunk = static_cast<double>(top) * layer.full(rows) + layer.last(rows);
  double flops = trunk;
  if (coalitions > 0) {
    for (const LayerId game : unit.layers) {
      if (game.index() == top) {
        flops += layer.last_game(rows, coalitions);
      } else {
        const auto full_layers_above = static_cast<double>(top - 1 - game.index());
        flops += layer.game(rows, coalitions) +
                 coalitions * (full_layers_above * layer.full(rows) + layer.last(rows));
      }
    }
  }
  return {.flops = flops, .trunk_flops = trunk};
}

UnitCost cost_of(const EvaluationUnit& unit, const ModelShape& model, std::span<const int> tokens) {
  const auto lengths = lengths_of(tokens, unit.items);
  require_lengths(lengths, 1);
  const UnitRows rows = unit_rows(lengths, 0);
  const LayerCost layer{model};
  return {.flops = model.layers * layer.full(rows)};
}

UnitCost generation_cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                            int new_tokens) {
  require_layers(unit.layers, model);
  const UnitCost once = cost_of_generation(lengths_of(tokens, unit.samples), model, new_tokens);
  const auto games = static_cast<double>(unit.layers.size() * unit.coalitions.size());
  return {.flops = games * once.flops};
}

UnitCost generation_cost_of(const EvaluationUnit& unit, const ModelShape& model, std::span<const int> tokens,
                            int new_tokens) {
  return cost_of_generation(lengths_of(tokens, unit.items), model, new_tokens);
}

std::vector<double> useful_flops(const SweepPlan& plan, std::span<const UnitCost> costs) {
  std::vector<double> flops;
  flops.reserve(costs.size());
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const bool first_of_samples = i == 0 || plan.units[i].samples != plan.units[i - 1].samples;
    flops.push_back(costs[i].flops - (first_of_samples ? 0.0 : costs[i].trunk_flops));
  }
  return flops;
}

double published_flops(const SweepPlan& plan, const ModelShape& model, std::span<const int> tokens) {
  if (static_cast<std::int64_t>(tokens.size()) != plan.shape.samples())
    throw PlanError{fmt::format("prompt lengths of {} prompts do not fit a plan of {} samples", tokens.size(),
                                plan.shape.samples())};
  require_lengths(tokens, 1);
  const UnitRows rows = unit_rows(tokens, 0);
  const double all_logits = 2 * rows.all * static_cast<double>(model.hidden) * model.vocabulary;
  const double forward = model.layers * LayerCost{model}.full(rows) + all_logits;
  return forward * plan.shape.layers * static_cast<double>(plan.shape.coalitions());
}

}  // namespace harsanyi
