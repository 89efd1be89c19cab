#include "partition/plan/cost.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr double kFloatBytes = 4.0;

/// Prompts computed together; the letters of the formulas in cost.hpp.
struct Rows {
  double all = 0.0;         ///< R
  double pairs = 0.0;       ///< A
  double samples = 0.0;     ///< m
  double last_pairs = 0.0;  ///< sum(n_s): what the last row of each sample attends to
  double scores = 0.0;      ///< entries of the largest prompt's score matrix, hidden ones included
};

Rows rows_of(std::span<const int> tokens, int shared_prefix) {
  const double p = shared_prefix;
  Rows rows{.all = p, .pairs = p * (p + 1) / 2, .scores = p * p};
  for (const int length : tokens) {
    const double n = length;
    rows.all += n - p;
    rows.pairs += n * (n + 1) / 2 - p * (p + 1) / 2;
    rows.samples += 1;
    rows.last_pairs += n;
    rows.scores = std::max(rows.scores, (n - p) * n);
  }
  return rows;
}

/// The arithmetic of one decoder layer in double, which does not overflow.
class LayerCost {
 public:
  explicit LayerCost(const ModelShape& model)
      : hidden_{double(model.hidden)},
        query_width_{double(model.query_heads) * model.head_size},
        key_width_{double(model.kv_heads) * model.head_size},
        intermediate_{double(model.intermediate)},
        query_heads_{double(model.query_heads)},
        players_{double(model.kv_heads)},
        parameters_{double(model.layer_parameters())} {}

  /// F
  [[nodiscard]] double full(const Rows& rows) const {
    return 2 * rows.all * parameters_ + 4 * query_width_ * rows.pairs;
  }
  /// E
  [[nodiscard]] double last(const Rows& rows) const {
    return 2 * rows.all * keys_and_values() + 2 * rows.samples * (parameters_ - keys_and_values()) +
           4 * query_width_ * rows.last_pairs;
  }
  /// G of any layer but the last
  [[nodiscard]] double game(const Rows& rows, double coalitions) const {
    return 2 * rows.all * keys_and_values() + game_of_rows(rows.all, rows.pairs, coalitions);
  }
  /// G of the last layer
  [[nodiscard]] double last_game(const Rows& rows, double coalitions) const {
    return 2 * rows.all * keys_and_values() + game_of_rows(rows.samples, rows.last_pairs, coalitions);
  }

  [[nodiscard]] double activation_bytes(const Rows& rows) const {
    const double attention = rows.all * 2 * (query_width_ + key_width_) + query_heads_ * rows.scores;
    const double mlp = rows.all * 3 * intermediate_;
    return kFloatBytes * (2 * rows.all * hidden_ + std::max(attention, mlp));
  }
  [[nodiscard]] double projection_bytes(const Rows& rows) const {
    return kFloatBytes * rows.all * hidden_ * 2 * players_;
  }
  [[nodiscard]] double input_bytes(const Rows& rows) const { return kFloatBytes * rows.all * hidden_; }

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
  double query_heads_;
  double players_;
  double parameters_;
};

void require_lengths(std::span<const int> tokens, int shortest) {
  const auto bad = std::find_if(tokens.begin(), tokens.end(), [&](int n) { return n < shortest; });
  if (bad != tokens.end())
    throw PlanError{
        fmt::format("a prompt of {} tokens cannot be costed; at least {} are needed here", *bad, shortest)};
}

template <class T>
std::span<const int> part_of(std::span<const int> tokens, const Range<T>& range) {
  if (range.first < 0 || range.empty() || range.last > static_cast<std::int64_t>(tokens.size()))
    throw PlanError{fmt::format("prompt lengths of {} prompts do not cover the unit's range {} to {}",
                                tokens.size(), range.first, range.last)};
  return tokens.subspan(static_cast<std::size_t>(range.first), static_cast<std::size_t>(range.size()));
}

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
  const Rows prompt = rows_of(lengths, 0);
  const double steps = new_tokens;
  const Rows step{.all = prompt.samples * steps,
                  .pairs = prompt.all * steps + prompt.samples * steps * (steps + 1) / 2};
  const LayerCost layer{model};
  const double logits = 2 * step.all * static_cast<double>(model.hidden) * model.vocabulary;
  const double cache = kFloatBytes * 2 * model.layers * (prompt.all + step.all) *
                       static_cast<double>(model.kv_heads) * model.head_size;
  return {.flops = model.layers * (layer.full(prompt) + layer.full(step)) + logits,
          .memory_bytes = layer.activation_bytes(prompt) + cache};
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

UnitCost cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                 int shared_prefix) {
  require_layers(unit.layers, model);
  const auto lengths = part_of(tokens, unit.samples);
  if (shared_prefix < 0)
    throw PlanError{fmt::format("a shared prefix of {} tokens is impossible", shared_prefix)};
  require_lengths(lengths, shared_prefix + 1);

  const Rows rows = rows_of(lengths, shared_prefix);
  const LayerCost layer{model};
  const bool holds_grand = unit.coalitions.contains(Coalition::grand(model.kv_heads));
  const auto coalitions = static_cast<double>(unit.coalitions.size() - (holds_grand ? 1 : 0));
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
  const double side_by_side = std::clamp(std::floor(static_cast<double>(kContinuationRows) / rows.all), 1.0,
                                         std::max(coalitions, 1.0));
  const double memory = model.layers * layer.input_bytes(rows) + layer.projection_bytes(rows) +
                        side_by_side * layer.activation_bytes(rows);
  return {.flops = flops, .memory_bytes = memory, .trunk_flops = trunk};
}

UnitCost cost_of(const EvaluationUnit& unit, const ModelShape& model, std::span<const int> tokens) {
  const auto lengths = part_of(tokens, unit.items);
  require_lengths(lengths, 1);
  const Rows rows = rows_of(lengths, 0);
  const LayerCost layer{model};
  return {.flops = model.layers * layer.full(rows), .memory_bytes = layer.activation_bytes(rows)};
}

UnitCost generation_cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                            int new_tokens) {
  require_layers(unit.layers, model);
  const UnitCost once = cost_of_generation(part_of(tokens, unit.samples), model, new_tokens);
  const auto games = static_cast<double>(unit.layers.size() * unit.coalitions.size());
  return {.flops = games * once.flops, .memory_bytes = once.memory_bytes};
}

UnitCost generation_cost_of(const EvaluationUnit& unit, const ModelShape& model, std::span<const int> tokens,
                            int new_tokens) {
  return cost_of_generation(part_of(tokens, unit.items), model, new_tokens);
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
  const Rows rows = rows_of(tokens, 0);
  const double all_logits = 2 * rows.all * static_cast<double>(model.hidden) * model.vocabulary;
  const double forward = model.layers * LayerCost{model}.full(rows) + all_logits;
  return forward * plan.shape.layers * static_cast<double>(plan.shape.coalitions());
}

}  // namespace harsanyi
