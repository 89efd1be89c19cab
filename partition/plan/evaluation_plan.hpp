#pragma once

#include <vector>

#include "partition/base/id.hpp"

namespace harsanyi {

/// One (model, benchmark) of an evaluation: every method answers every item.
struct EvaluationTable {
  int model = 0;    ///< index into the experiment's models
  int methods = 0;  ///< the experiment's methods, same for every table
  int items = 0;    ///< scored rows, then calibration rows
  int labels = 0;
};

struct EvaluationUnit {
  UnitId id;      ///< dense from 0
  int table = 0;  ///< index into EvaluationPlan::tables
  int method = 0;
  ItemRange items;
};

struct EvaluationPlan {
  std::vector<EvaluationTable> tables;
  int items_per_unit = 0;
  std::vector<EvaluationUnit> units;  ///< units[i].id == i
};

/// Order: tables outermost (so that a worker keeps its model), then methods, then items.
/// @throws PlanError  for an empty table or items_per_unit < 1.
[[nodiscard]] EvaluationPlan make_evaluation_plan(std::vector<EvaluationTable> tables, int items_per_unit);

}  // namespace harsanyi
