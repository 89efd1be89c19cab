#include "partition/plan/layout.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/partition/plan/small_model.hpp"

namespace harsanyi {
namespace {

constexpr ModelShape kModel = test::small_model(4);
constexpr GameMemory kGame{.players = 2, .outputs_per_player = 2};
constexpr double kRow = 4.0 * 8;

MemoryForm form_of(std::int64_t rows_together) {
  MemoryForm form;
  form.rows_together = rows_together;
  form.table = 4.0;
  return form;
}

SweepUnit unit_of(LayerRange layers, CoalitionRange coalitions, SampleRange samples) {
  return {.id = UnitId{0}, .layers = layers, .coalitions = coalitions, .samples = samples};
}

TEST(Exchange, SendsTwiceWhatAllOtherRanksHave) {
  const Exchange exchange{.count = 3, .bytes = 1000};
  EXPECT_DOUBLE_EQ(exchange.sent_bytes(1), 0.0);
  EXPECT_DOUBLE_EQ(exchange.sent_bytes(2), 1000.0);
  EXPECT_DOUBLE_EQ(exchange.sent_bytes(4), 1500.0);
  EXPECT_DOUBLE_EQ(exchange.seconds(4, {.bytes_per_second = 100.0, .seconds = 0.5}), 2 * 3 * 3 * 0.5 + 15.0);
  EXPECT_DOUBLE_EQ(exchange.seconds(1, {.bytes_per_second = 100.0, .seconds = 0.5}), 0.0);
}

TEST(UnitExchange, IsCountedReductionByReduction) {
  // 9 rows of two prompts; three masked coalitions in two batches; layer 1 of 4: one full layer above it.
  const std::vector<int> tokens{5, 7};
  const UnitExchange exchange =
      exchange_of(unit_of({1, 2}, {0, 4}, {0, 2}), kModel, form_of(20), kGame, tokens, 3, 2.0);
  // Embedding, attention and MLP of three layers, attention of the last rows.
  EXPECT_DOUBLE_EQ(exchange.trunk.count, 1 + 3 * 2 + 1);
  EXPECT_DOUBLE_EQ(exchange.trunk.bytes, kRow * (7 * 9 + 2));
  // Players; in each batch the layer's MLP, the two of layer 2, attention of layer 3; its MLP and the logits
  // of the four copies, the grand coalition's among them, once.
  EXPECT_DOUBLE_EQ(exchange.games.count, 1 + 2 * (1 + 2 + 1) + 2);
  EXPECT_DOUBLE_EQ(exchange.games.bytes, kRow * (4 * 9 + 3 * 3 * 9 + 3 * 2 + 4 * 2) + 4.0 * 4 * 2 * 2);
}

TEST(UnitExchange, OfTheLastLayerHasNothingAboveIt) {
  const std::vector<int> tokens{5, 7};
  const UnitExchange exchange =
      exchange_of(unit_of({3, 4}, {0, 3}, {0, 2}), kModel, form_of(20), kGame, tokens, 3, 2.0);
  EXPECT_DOUBLE_EQ(exchange.games.count, 1 + 2);
  EXPECT_DOUBLE_EQ(exchange.games.bytes, kRow * (4 * 2 + 3 * 2) + 4.0 * 3 * 2 * 2);
}

/// A sweep of two units of layers, on devices whose links cost nothing.
class Layouts : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<Layout> layouts(int devices, int most_ranks = 4, int new_tokens = 0) const {
    return layouts_of({.plan = plan_,
                       .model = kModel,
                       .tokens = tokens_,
                       .prefixes = prefixes_,
                       .form = form_of(20),
                       .game = kGame,
                       .device = device_,
                       .devices = devices,
                       .most_ranks = most_ranks,
                       .new_tokens = new_tokens});
  }

  SweepPlan plan_ = make_sweep_plan({4, 2, {2}}, {2, 4, 2});
  std::vector<int> tokens_{5, 7};
  std::vector<int> prefixes_{3, 3};
  Device device_{.memory_bytes = 1e9,
                 .flops_per_second = 1e6,
                 .bytes_per_second = 1e30,
                 .devices_per_node = 2,
                 .within_node = {.bytes_per_second = 1e30, .seconds = 0.0},
                 .between_nodes = {.bytes_per_second = 1e30, .seconds = 0.0}};
};

TEST_F(Layouts, AreOneForEveryGroupSizeOfTheModel) {
  const auto all = layouts(4);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].ranks, 1);
  EXPECT_EQ(all[1].ranks, 2);
  EXPECT_EQ(all[2].ranks, 4);
  EXPECT_EQ(all[0].groups, 4);
  EXPECT_EQ(all[1].groups, 2);
}

TEST_F(Layouts, OfOneRankTakeTheUsefulOperations) {
  std::vector<UnitCost> costs;
  for (const SweepUnit& unit : plan_.units) costs.push_back(cost_of(unit, kModel, tokens_, 3));
  const std::vector<double> useful = useful_flops(plan_, costs);
  const Layout one = layouts(1)[0];
  EXPECT_DOUBLE_EQ(one.sweep_seconds, std::accumulate(useful.begin(), useful.end(), 0.0) / 1e6);
  EXPECT_DOUBLE_EQ(one.unit_seconds, costs[0].flops / 1e6);
  EXPECT_EQ(one.unit_exchange_seconds, 0.0);
}

TEST_F(Layouts, ReadWeightsAsFastAsMemoryAllows) {
  device_.flops_per_second = 1e30;
  device_.bytes_per_second = 100.0;
  const double layer = 4.0 * static_cast<double>(kModel.layer_parameters());
  // The trunk's pass, and two batches through four layers and through three.
  EXPECT_DOUBLE_EQ(layouts(1)[0].unit_seconds, layer * (4 + 2 * (4 + 3)) / 100.0);
}

TEST_F(Layouts, ExchangeBetweenNodesWhereAGroupIsLargerThanOne) {
  device_.between_nodes = {.bytes_per_second = 1e30, .seconds = 1.0};
  const auto all = layouts(4);
  EXPECT_LT(all[1].unit_exchange_seconds, 1e-6);
  EXPECT_NEAR(all[2].unit_exchange_seconds, 2 * 3 * all[2].exchange.count, 1e-6);
}

TEST_F(Layouts, TheBestIsTheFastestThatFits) {
  // Two units alone: four ranks share one where links cost nothing.
  EXPECT_EQ(best_layout(layouts(4)), 2U);
  device_.within_node.seconds = 1.0;
  device_.between_nodes.seconds = 2.0;
  auto all = layouts(4);
  EXPECT_EQ(best_layout(all), 0U);
  EXPECT_EQ(best_layout(all, 2), 1U);
  device_.memory_bytes = all[0].memory.sum() - 1;
  all = layouts(4);
  EXPECT_FALSE(all[0].fits);
  EXPECT_EQ(best_layout(all), 1U);
  EXPECT_EQ(best_layout(layouts(1)), std::nullopt);  // two ranks fit, and there is one device
  device_.memory_bytes = 1.0;
  EXPECT_EQ(best_layout(layouts(4)), std::nullopt);
}

TEST_F(Layouts, OfGeneratedAnswersHoldKeysAndValues) {
  const auto all = layouts(/*devices=*/1, /*most_ranks=*/2, /*new_tokens=*/5);
  EXPECT_GT(all[0].memory.cache, 0.0);
  EXPECT_DOUBLE_EQ(all[1].memory.cache, all[0].memory.cache / 2);
  // Embedding and two in every layer, for the prompts and for each of five steps, 2 layers x 4 coalitions.
  EXPECT_DOUBLE_EQ(all[1].exchange.count, 8 * 6 * 9);
}

}  // namespace
}  // namespace harsanyi
