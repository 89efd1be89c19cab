#include "partition/plan/evaluation_plan.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/plan/shards.hpp"

namespace harsanyi {
namespace {

void require_usable(const std::vector<EvaluationTable>& tables, int items_per_unit) {
  if (tables.empty()) throw PlanError{"an evaluation without a model and a benchmark has nothing to compute"};
  if (items_per_unit < 1)
    throw PlanError{fmt::format("items per unit is {}, and must be at least 1", items_per_unit)};
  constexpr std::int64_t kMaxUnits = std::numeric_limits<std::int32_t>::max();
  std::int64_t units = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const EvaluationTable& table = tables[i];
    const auto require = [&](std::string_view what, int count, int least) {
      if (count < least)
        throw PlanError{
            fmt::format("evaluation table {} has {} {}, and needs at least {}", i, count, what, least)};
    };
    require("methods", table.methods, 1);
    require("items", table.items, 1);
    require("labels or tokens", table.width, 1);
    // At most 2^62 per table, and the sum is checked after each one.
    units += table.methods * shard_count(table.items, items_per_unit);
    if (units > kMaxUnits)
      throw PlanError{
          fmt::format("the evaluation is cut into more than {} units; raise items per unit", kMaxUnits)};
  }
}

}  // namespace

int EvaluationTable::values_per_item() const noexcept {
  switch (answers) {
    case AnswerKind::label_logits:
    case AnswerKind::option_likelihood:
      return width + 1;
    case AnswerKind::next_token:
      return width + 3;
    case AnswerKind::generated_text:
      return kTextMeasures + width;
  }
  return 0;
}

EvaluationPlan make_evaluation_plan(std::vector<EvaluationTable> tables, int items_per_unit) {
  require_usable(tables, items_per_unit);
  EvaluationPlan plan{.tables = std::move(tables), .items_per_unit = items_per_unit, .units = {}};
  for (std::size_t table = 0; table < plan.tables.size(); ++table) {
    const auto shards = cut(ItemRange{0, plan.tables[table].items}, items_per_unit);
    for (int method = 0; method < plan.tables[table].methods; ++method)
      for (const ItemRange& items : shards)
        plan.units.push_back({.id = UnitId::from_index(static_cast<std::int64_t>(plan.units.size())),
                              .table = static_cast<int>(table),
                              .method = method,
                              .items = items});
  }
  return plan;
}

}  // namespace harsanyi
