#include "partition/plan/cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/plan/tensor_shard.hpp"

namespace harsanyi {
namespace {

/// SmolLM2-135M.
constexpr ModelShape kSmall{.layers = 30,
                            .hidden = 576,
                            .query_heads = 9,
                            .kv_heads = 3,
                            .head_size = 64,
                            .intermediate = 1536,
                            .vocabulary = 49152,
                            .tied_embeddings = true};

/// Counts the multiply-adds of one unit row by row, as the engine's path runs: nothing but additions.
class CountedByRow {
 public:
  CountedByRow(const ModelShape& model, const std::vector<int>& lengths, int prefix)
      : model_{model}, lengths_{lengths}, prefix_{prefix} {}

  [[nodiscard]] double flops(const SweepUnit& unit) const {
    const Coalition grand = Coalition::grand(model_.kv_heads);
    const bool holds_grand = unit.coalitions.contains(grand);
    double sum = 0;
    for (int layer = 0; layer < model_.layers; ++layer) sum += ordinary_layer(layer);
    if (unit.coalitions.size() == (holds_grand ? 1 : 0)) return sum;
    for (const LayerId layer : unit.layers) {
      sum += split_by_player(layer.value);
      for (const Coalition coalition : unit.coalitions)
        if (coalition != grand) {
          sum += mlp(layer.value);
          for (int above = layer.value + 1; above < model_.layers; ++above) sum += ordinary_layer(above);
        }
    }
    return sum;
  }

 private:
  struct Row {
    int visible;  ///< tokens it attends to
    bool last;    ///< of its sample
  };

  [[nodiscard]] std::vector<Row> rows() const {
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(prefix_));
    for (int t = 0; t < prefix_; ++t) rows.push_back({t + 1, false});
    for (const int length : lengths_)
      for (int t = prefix_; t < length; ++t) rows.push_back({t + 1, t + 1 == length});
    return rows;
  }
  [[nodiscard]] bool needed(const Row& row, int layer) const { return layer + 1 < model_.layers || row.last; }
  [[nodiscard]] double matrix(int in, int out) const { return 2.0 * in * out; }
  [[nodiscard]] int query_width() const { return model_.query_heads * model_.head_size; }

  [[nodiscard]] double ordinary_layer(int layer) const {
    double sum = mlp(layer);
    for (const Row& row : rows()) {
      sum += 2 * matrix(model_.hidden, model_.kv_heads * model_.head_size);  // keys, values
      if (needed(row, layer))
        sum += 2 * matrix(model_.hidden, query_width()) + 2 * matrix(query_width(), row.visible);
    }
    return sum;
  }
  [[nodiscard]] double mlp(int layer) const {
    double sum = 0;
    for (const Row& row : rows())
      if (needed(row, layer)) sum += 3 * matrix(model_.hidden, model_.intermediate);
    return sum;
  }
  /// Queries, keys and values, then maps, mixed values and projection twice: as they are, and ablated.
  [[nodiscard]] double split_by_player(int layer) const {
    double sum = 0;
    for (const Row& row : rows()) {
      sum += 2 * matrix(model_.hidden, model_.kv_heads * model_.head_size);
      if (needed(row, layer))
        sum += matrix(model_.hidden, query_width()) +
               2 * (2 * matrix(query_width(), row.visible) + matrix(query_width(), model_.hidden));
    }
    return sum;
  }

  ModelShape model_;
  std::vector<int> lengths_;
  int prefix_;
};

SweepUnit unit_of(LayerRange layers, CoalitionRange coalitions, SampleRange samples) {
  return {.id = UnitId{0}, .layers = layers, .coalitions = coalitions, .samples = samples};
}

TEST(SweepUnitCost, EqualsTheCountRowByRow) {
  const std::vector<int> tokens{41, 57, 44, 50};
  for (const int prefix : {0, 1, 23, 40})
    for (const LayerRange layers :
         {LayerRange{0, 1}, LayerRange{3, 8}, LayerRange{28, 30}, LayerRange{29, 30}})
      for (const CoalitionRange coalitions :
           {CoalitionRange{0, 8}, CoalitionRange{0, 4}, CoalitionRange{7, 8}}) {
        const double expected =
            CountedByRow{kSmall, tokens, prefix}.flops(unit_of(layers, coalitions, {0, 4}));
        EXPECT_NEAR(cost_of(unit_of(layers, coalitions, {0, 4}), kSmall, tokens, prefix).flops / expected,
                    1.0, 1e-12);
      }
}

TEST(SweepUnitCost, LooksOnlyAtItsOwnSamples) {
  const std::vector<int> tokens{9000, 41, 57, 9000};
  const std::vector<int> own{41, 57};
  const double part = cost_of(unit_of({3, 8}, {0, 8}, {1, 3}), kSmall, tokens, 20).flops;
  EXPECT_EQ(part, cost_of(unit_of({3, 8}, {0, 8}, {0, 2}), kSmall, own, 20).flops);
}

TEST(SweepUnitCost, ALongerSharedPrefixIsCheaper) {
  const std::vector<int> tokens{41, 57, 44, 50};
  const auto unit = unit_of({0, 30}, {0, 8}, {0, 4});
  EXPECT_LT(cost_of(unit, kSmall, tokens, 23).flops, 0.75 * cost_of(unit, kSmall, tokens, 0).flops);
}

TEST(SweepUnitCost, AHigherGameLayerIsCheaper) {
  const std::vector<int> tokens{41, 57};
  for (int layer = 0; layer + 1 < kSmall.layers; ++layer)
    EXPECT_GT(cost_of(unit_of({layer, layer + 1}, {0, 8}, {0, 2}), kSmall, tokens, 10).flops,
              cost_of(unit_of({layer + 1, layer + 2}, {0, 8}, {0, 2}), kSmall, tokens, 10).flops);
}

TEST(SweepUnitCost, OfTheRanksOfAGroupAddsUpToThatOfOne) {
  const std::vector<int> tokens{41, 57};
  const auto unit = unit_of({27, 30}, {0, 8}, {0, 2});
  double sum = 0.0;
  for (int rank = 0; rank < 3; ++rank)
    sum += cost_of(unit, shape_of(kSmall, tensor_shard(kSmall, 3, rank)), kSmall.kv_heads, tokens, 20).flops;
  EXPECT_NEAR(sum / cost_of(unit, kSmall, tokens, 20).flops, 1.0, 1e-12);
}

TEST(SweepUnitCost, RefusesPartsThatDoNotFitTogether) {
  const std::vector<int> tokens{41, 57};
  EXPECT_THROW((void)cost_of(unit_of({0, 1}, {0, 8}, {0, 3}), kSmall, tokens, 0), PlanError);
  EXPECT_THROW((void)cost_of(unit_of({0, 1}, {0, 8}, {1, 1}), kSmall, tokens, 0), PlanError);
  EXPECT_THROW((void)cost_of(unit_of({29, 31}, {0, 8}, {0, 2}), kSmall, tokens, 0), PlanError);
  EXPECT_THROW((void)cost_of(unit_of({0, 1}, {0, 8}, {0, 2}), kSmall, tokens, 41), PlanError);
  EXPECT_THROW((void)cost_of(unit_of({0, 1}, {0, 8}, {0, 2}), kSmall, tokens, -1), PlanError);
}

TEST(ModelShape, CountsTheParametersOfKnownModels) {
  EXPECT_EQ(kSmall.parameters(), 134515008 - 61 * 576);  // model.safetensors in float32, norms left out
  constexpr ModelShape llama{.layers = 32,
                             .hidden = 4096,
                             .query_heads = 32,
                             .kv_heads = 8,
                             .head_size = 128,
                             .intermediate = 14336,
                             .vocabulary = 128256,
                             .tied_embeddings = false};
  EXPECT_EQ(llama.parameters(), 8030261248 - 65 * 4096);  // Llama-3.1-8B, norms left out
}

TEST(EvaluationUnitCost, IsTwoOperationsPerParameterAndTokenPlusAttention) {
  const std::vector<int> tokens{10, 20, 30};
  const EvaluationUnit unit{.id = UnitId{0}, .table = 0, .method = 0, .items = {1, 3}};
  const double matrices = 2.0 * (20 + 30) * 30 * static_cast<double>(kSmall.layer_parameters());
  const double attention = 30.0 * 4 * 9 * 64 * (20 * 21 / 2.0 + 30 * 31 / 2.0);
  EXPECT_DOUBLE_EQ(cost_of(unit, kSmall, tokens).flops, matrices + attention);
  const EvaluationUnit outside{.id = UnitId{0}, .table = 0, .method = 0, .items = {2, 4}};
  EXPECT_THROW((void)cost_of(outside, kSmall, tokens), PlanError);
}

TEST(PublishedFlops, AreOneFullForwardPerSampleLayerAndCoalition) {
  const auto plan = make_sweep_plan({30, 3, {2}}, {30, 8, 2});
  const std::vector<int> tokens{41, 57};
  const EvaluationUnit both{.id = UnitId{0}, .table = 0, .method = 0, .items = {0, 2}};
  const double logits = 2.0 * (41 + 57) * 576 * 49152;
  EXPECT_DOUBLE_EQ(published_flops(plan, kSmall, tokens),
                   30 * 8 * (cost_of(both, kSmall, tokens).flops + logits));
  EXPECT_THROW((void)published_flops(plan, kSmall, std::vector{41}), PlanError);
}

TEST(PublishedFlops, AreSeveralTimesTheCostOfThePlansUnits) {
  const std::vector<int> tokens{41, 57, 44, 50};
  const auto plan = make_sweep_plan({30, 3, {4}}, {5, 8, 4});
  double units = 0;
  for (const SweepUnit& unit : plan.units) units += cost_of(unit, kSmall, tokens, 23).flops;
  EXPECT_GT(published_flops(plan, kSmall, tokens) / units, 3.0);
}

TEST(UsefulFlops, AreTheGamesOfEveryUnitAndOneTrunkPerShardOfSamples) {
  const std::vector<int> tokens{41, 57, 44, 50};
  const auto costs_of = [&](const SweepPlan& plan) {
    std::vector<UnitCost> costs;
    for (const SweepUnit& unit : plan.units) costs.push_back(cost_of(unit, kSmall, tokens, 23));
    return costs;
  };
  const auto sum = [](const std::vector<double>& flops) {
    return std::accumulate(flops.begin(), flops.end(), 0.0);
  };
  const auto whole = make_sweep_plan({30, 3, {4}}, {30, 8, 2});
  const auto by_layer = make_sweep_plan({30, 3, {4}}, {1, 8, 2});
  const auto whole_costs = costs_of(whole);
  const auto layer_costs = costs_of(by_layer);
  const std::vector<double> flops = useful_flops(by_layer, layer_costs);
  EXPECT_DOUBLE_EQ(flops[0], layer_costs[0].flops);
  EXPECT_DOUBLE_EQ(flops[1], layer_costs[1].flops - layer_costs[1].trunk_flops);
  EXPECT_DOUBLE_EQ(flops[30], layer_costs[30].flops) << "other samples, another trunk";
  EXPECT_NEAR(sum(flops) / sum(useful_flops(whole, whole_costs)), 1.0, 1e-12) << "however finely it is cut";
  EXPECT_GT(layer_costs[0].trunk_flops, 0.0);
}

TEST(GenerationCost, IsThatOfEveryGameAndGrowsWithTheNewTokens) {
  const ModelShape model{.layers = 2,
                         .hidden = 8,
                         .query_heads = 2,
                         .kv_heads = 2,
                         .head_size = 4,
                         .intermediate = 16,
                         .vocabulary = 10,
                         .tied_embeddings = true};
  const std::vector<int> tokens{5, 7};
  const EvaluationUnit items{UnitId{0}, 0, 0, {0, 2}};
  const SweepUnit games{UnitId{0}, {0, 2}, {0, 4}, {0, 2}};
  const double once = generation_cost_of(items, model, tokens, 3).flops;
  EXPECT_DOUBLE_EQ(generation_cost_of(games, model, tokens, 3).flops, 2 * 4 * once);
  EXPECT_GT(generation_cost_of(items, model, tokens, 4).flops, once);
  // The matrices alone, counted by hand: 12 + 6 positions of 2 layers, logits of 6 positions.
  const double matrices = 2.0 * 18 * 2 * static_cast<double>(model.layer_parameters()) + 2.0 * 6 * 8 * 10;
  EXPECT_GT(once, matrices);
  EXPECT_LT(once, 1.2 * matrices);
  EXPECT_THROW((void)generation_cost_of(items, model, tokens, 0), PlanError);
  EXPECT_THROW((void)generation_cost_of(games, model, std::vector<int>{5}, 3), PlanError);
}

}  // namespace
}  // namespace harsanyi
