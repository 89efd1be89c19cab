#include "partition/plan/memory.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/partition/plan/small_model.hpp"

namespace harsanyi {
namespace {

constexpr ModelShape kModel = test::small_model(3);
constexpr GameMemory kGame{.players = 2, .outputs_per_player = 2, .tokens_read = 1e12};
constexpr double kLayerEntries = 2 * 8 * 8 + 2 * 8 * 4 + 3 * 8 * 16;

SweepUnit unit_of(CoalitionRange coalitions, SampleRange samples) {
  return {.id = UnitId{0}, .layers = {0, 1}, .coalitions = coalitions, .samples = samples};
}

MemoryForm form_of(std::int64_t rows_together) {
  MemoryForm form;
  form.rows_together = rows_together;
  return form;
}

TEST(WeightsMemory, OfOneRankAreAllParametersInTheirForms) {
  MemoryForm form;
  form.table = 4.0;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).weights,
                   4.0 * static_cast<double>(kModel.parameters()));
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).file, 0.0);
  form.matrix = 2.0;
  form.plain_output = 4.0;
  form.table = 0.0;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).weights, 3 * (2.0 * kLayerEntries + 4.0 * 8 * 8));
}

TEST(WeightsMemory, LongRowsHaveAFormOfTheirOwn) {
  ModelShape wide = kModel;
  wide.intermediate = 2000;
  MemoryForm form;
  form.matrix = 6.0;
  const double of_down_proj = 3.0 * 8 * 2000;
  EXPECT_DOUBLE_EQ(weights_memory(wide, form, kGame).weights,
                   6.0 * 3 * static_cast<double>(wide.layer_parameters()) - 2.0 * of_down_proj);
}

TEST(WeightsMemory, OfAllRanksAddUpToTheWhole) {
  MemoryForm form;
  form.table = 4.0;
  const double whole = weights_memory(kModel, form, kGame).weights;
  double sum = 0.0;
  for (int rank = 0; rank < 2; ++rank)
    sum += weights_memory(shape_of(kModel, tensor_shard(kModel, 2, rank)), form, kGame).weights;
  EXPECT_DOUBLE_EQ(sum, whole);
  // Four ranks have each of the two key/value heads twice.
  sum = 0.0;
  for (int rank = 0; rank < 4; ++rank)
    sum += weights_memory(shape_of(kModel, tensor_shard(kModel, 4, rank)), form, kGame).weights;
  EXPECT_DOUBLE_EQ(sum, whole + 4.0 * 3 * (2 * 8 * 4));
}

TEST(WeightsMemory, OfATableThatStaysInTheFileThePagesThatAreRead) {
  GameMemory game = kGame;
  game.tokens_read = 0.0;
  const MemoryForm form;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, game).file, 0.0);
  game.all_logits = true;  // the unembedding is read whole
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, game).file, 4.0 * 800);
  game.tokens_read = 1e12;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, game).file, 4.0 * 1600);
}

TEST(WeightsMemory, OfMatricesThatStayInTheFileTheirPages) {
  MemoryForm form;
  form.table = 4.0;
  form.matrix = form.long_matrix = 0.0;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).file, 4.0 * 3 * kLayerEntries);
  // Of a part of the model the columns of o_proj and down_proj are copied.
  const double copied = 3.0 * (8 * 8 + 8 * 16);
  form.divided = true;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).file, 4.0 * (3 * kLayerEntries - copied));
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).weights, 4.0 * (2 * 800 + copied));
}

TEST(WeightsMemory, OfThePlainOutputItsPagesOrItsCopy) {
  MemoryForm form;
  form.table = 4.0;
  form.plain_in_file = true;
  const double matrices = 4.0 * static_cast<double>(kModel.parameters());
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).file, 4.0 * 3 * 8 * 8);
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).weights, matrices);
  form.divided = true;
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).file, 0.0);
  EXPECT_DOUBLE_EQ(weights_memory(kModel, form, kGame).weights, matrices + 4.0 * 3 * 8 * 8);
}

TEST(SweepMemory, IsTheSumReckonedByHand) {
  // Prompts of 5 and 7 tokens share 3: 9 rows. Three masked coalitions, two of them side by side in 20 rows.
  const std::vector<int> tokens{5, 7};
  const RankMemory memory = memory_of(unit_of({0, 4}, {0, 2}), kModel, form_of(20), kGame, tokens, 3);
  EXPECT_DOUBLE_EQ(memory.trunk, 4.0 * 3 * 9 * 8);
  EXPECT_DOUBLE_EQ(memory.players, 4.0 * 2 * 2 * 9 * 8);
  const double row = 4.0 * (4 * 8 + 2 * 16);  // wider than attention: 4 (2 * 8 + 2 * 8 + 2 * 4)
  EXPECT_DOUBLE_EQ(memory.batch, 2 * 9 * row);
  EXPECT_DOUBLE_EQ(memory.freed, kFreedTimes * 2 * 9 * row);
  EXPECT_DOUBLE_EQ(memory.cache, 0.0);
  EXPECT_DOUBLE_EQ(memory.sum(), memory.weights + memory.file + memory.trunk + memory.players + memory.batch +
                                     memory.freed);
}

TEST(SweepMemory, OfAGroupDividesHeadsAndMlpAndRepeatsTheTrunk) {
  const std::vector<int> tokens{5, 7};
  const auto of_ranks = [&](int ranks) {
    return memory_of(unit_of({0, 4}, {0, 2}), largest_part(kModel, ranks), form_of(20), kGame, tokens, 3);
  };
  EXPECT_DOUBLE_EQ(of_ranks(2).trunk, of_ranks(1).trunk);
  EXPECT_DOUBLE_EQ(of_ranks(2).players, of_ranks(1).players);
  EXPECT_DOUBLE_EQ(of_ranks(2).batch, 2 * 9 * 4.0 * (4 * 8 + 2 * 8));
}

TEST(SweepMemory, GrowsUntilTheRowsOfOneProductAreFull) {
  const std::vector<int> tokens(64, 56);
  const auto batch = [&](std::int64_t samples, std::int64_t coalitions) {
    return memory_of(unit_of({0, coalitions}, {0, samples}), kModel, form_of(1024), kGame, tokens, 23).batch;
  };
  EXPECT_LT(batch(2, 4), batch(4, 4));
  EXPECT_LT(batch(4, 2), batch(4, 4));
  EXPECT_EQ(batch(64, 2), batch(64, 4));  // 23 + 64 * 33 rows are more than 1024: one coalition at a time
}

TEST(SweepMemory, PacksRowsAndKeepsMapsWhereTheEngineDoes) {
  const std::vector<int> tokens{5, 7};
  const auto batch = [&](const MemoryForm& form) {
    return memory_of(unit_of({0, 4}, {0, 2}), kModel, form, kGame, tokens, 3).batch;
  };
  MemoryForm form = form_of(20);
  form.packed_row = 6.0;
  EXPECT_DOUBLE_EQ(batch(form), batch(form_of(20)) + 2 * 9 * 6.0 * (8 + 16));
  form = form_of(20);
  form.by_operators = true;
  // Four own tokens of the longest prompt, seven in all; scores and softmax of 4 heads; copies of q, k and v.
  const double scores = 2 * 4.0 * 4 * 2 * 4 * 7 + 2 * 4.0 * 2 * (4 * 8 + 2 * 7 * 4);
  EXPECT_DOUBLE_EQ(batch(form), 2 * (9 * 4.0 * (3 * 8 + 4 * 16) + scores));
  form = form_of(20);
  form.at_use = 8.0;
  EXPECT_DOUBLE_EQ(batch(form), batch(form_of(20)) + 8.0 * 8 * 16);
}

TEST(SweepMemory, LargeBuffersGoBackToTheSystem) {
  const std::vector<int> tokens(64, 1024);
  ModelShape wide = kModel;
  wide.intermediate = 16384;  // 65,536 rows of it are 4 GiB
  const RankMemory memory = memory_of(unit_of({0, 4}, {0, 64}), wide, form_of(1024), kGame, tokens, 0);
  EXPECT_LT(memory.freed, kFreedTimes * 4 * kLargestFreed);
  EXPECT_GT(memory.freed, 0.0);
  MemoryForm form = form_of(1024);
  form.keeps_freed = false;
  EXPECT_EQ(memory_of(unit_of({0, 4}, {0, 64}), wide, form, kGame, tokens, 0).freed, 0.0);
}

TEST(SweepMemory, MostRowsAreThoseThatWouldFillTheRest) {
  const std::vector<int> tokens{5, 7};
  const RankMemory memory = memory_of(unit_of({0, 4}, {0, 2}), kModel, form_of(18), kGame, tokens, 3);
  const double fixed = memory.sum() - memory.batch - memory.freed;
  EXPECT_EQ(most_rows_together(memory, 18, fixed + 3 * (memory.batch + memory.freed)), 54);
  EXPECT_EQ(most_rows_together(memory, 18, fixed - 1), 0);
}

TEST(SweepMemory, RefusesPartsThatDoNotFitTogether) {
  const std::vector<int> tokens{5, 7};
  EXPECT_THROW((void)memory_of(unit_of({0, 4}, {0, 3}), kModel, form_of(20), kGame, tokens, 3), PlanError);
  EXPECT_THROW((void)memory_of(unit_of({0, 4}, {0, 2}), kModel, form_of(20), kGame, tokens, 5), PlanError);
  EXPECT_THROW((void)generation_memory_of(tokens, 0, kModel, form_of(20)), PlanError);
}

TEST(GenerationMemory, HoldsKeysAndValuesOfEveryPosition) {
  const std::vector<int> tokens{5, 7};
  const RankMemory memory = generation_memory_of(tokens, 10, kModel, form_of(1024));
  EXPECT_DOUBLE_EQ(memory.cache, 4.0 * 2 * 3 * 4 * (12 + 2 * (10 + 64)));
  EXPECT_DOUBLE_EQ(generation_memory_of(tokens, 10, largest_part(kModel, 2), form_of(1024)).cache,
                   memory.cache / 2);
}

TEST(EvaluationMemory, HoldsTheItemsOfAUnitAndTheMapsOfTheLongest) {
  const std::vector<int> tokens{5, 7, 3};
  const EvaluationUnit unit{.id = UnitId{0}, .table = 0, .method = 0, .items = {0, 2}};
  const auto batch = [&](AnswerKind answers) {
    return memory_of(unit, answers, kModel, form_of(1024), tokens).batch;
  };
  EXPECT_DOUBLE_EQ(batch(AnswerKind::label_logits), 12 * 4.0 * (4 * 8 + 2 * 16) + 3 * 4.0 * 4 * 7 * 7);
  EXPECT_DOUBLE_EQ(batch(AnswerKind::option_likelihood), 12 * 4.0 * (4 * 8 + 2 * 16) + 256 * 4.0 * 100);
}

}  // namespace
}  // namespace harsanyi
