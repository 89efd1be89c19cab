#include "partition/plan/evaluation_plan.hpp"

#include <limits>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

TEST(EvaluationPlan, CoversEveryItemOfEveryTableAndMethodExactlyOnce) {
  const std::vector<EvaluationTable> tables{
      {.model = 0, .methods = 2, .items = 7, .answers = AnswerKind::label_logits, .width = 2},
      {.model = 0, .methods = 2, .items = 3, .answers = AnswerKind::label_logits, .width = 6},
      {.model = 1, .methods = 2, .items = 12, .answers = AnswerKind::label_logits, .width = 2}};
  const auto plan = make_evaluation_plan(tables, 4);
  std::vector<std::vector<std::vector<int>>> covered;
  covered.reserve(tables.size());
  for (const auto& table : tables)
    covered.emplace_back(static_cast<std::size_t>(table.methods),
                         std::vector<int>(static_cast<std::size_t>(table.items), 0));
  for (std::size_t i = 0; i < plan.units.size(); ++i) {
    const EvaluationUnit& unit = plan.units[i];
    EXPECT_EQ(unit.id.index(), static_cast<std::int64_t>(i));
    EXPECT_LE(unit.items.size(), 4);
    for (const ItemId item : unit.items)
      ++covered.at(static_cast<std::size_t>(unit.table))
            .at(static_cast<std::size_t>(unit.method))
            .at(static_cast<std::size_t>(item.index()));
  }
  for (const auto& table : covered)
    for (const auto& method : table) EXPECT_EQ(method, std::vector<int>(method.size(), 1));
}

TEST(EvaluationPlan, PutsTablesOutermostThenMethodsThenItems) {
  const auto plan = make_evaluation_plan(
      {{0, 2, 5, AnswerKind::label_logits, 2}, {1, 2, 1, AnswerKind::label_logits, 2}}, 3);
  std::vector<std::tuple<int, int, std::int64_t, std::int64_t>> units;
  for (const auto& unit : plan.units)
    units.emplace_back(unit.table, unit.method, unit.items.first, unit.items.last);
  EXPECT_EQ(units, (std::vector<std::tuple<int, int, std::int64_t, std::int64_t>>{
                       {0, 0, 0, 3}, {0, 0, 3, 5}, {0, 1, 0, 3}, {0, 1, 3, 5}, {1, 0, 0, 1}, {1, 1, 0, 1}}));
}

TEST(EvaluationPlan, RefusesTablesOfNothing) {
  EXPECT_THROW((void)make_evaluation_plan({}, 4), PlanError);
  EXPECT_THROW((void)make_evaluation_plan({{0, 0, 5, AnswerKind::label_logits, 2}}, 4), PlanError);
  EXPECT_THROW((void)make_evaluation_plan({{0, 1, 0, AnswerKind::label_logits, 2}}, 4), PlanError);
  EXPECT_THROW((void)make_evaluation_plan({{0, 1, 5, AnswerKind::label_logits, 0}}, 4), PlanError);
  EXPECT_THROW((void)make_evaluation_plan({{0, 1, 5, AnswerKind::label_logits, 2}}, 0), PlanError);
  constexpr int kMany = std::numeric_limits<int>::max();
  EXPECT_THROW((void)make_evaluation_plan({{0, kMany, kMany, AnswerKind::label_logits, 2}}, 1), PlanError);
}

}  // namespace
}  // namespace harsanyi
