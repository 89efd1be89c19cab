#pragma once

#include <string>

#include "partition/plan/evaluation_plan.hpp"
#include "partition/plan/sweep_plan.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// "unit 7 (layers 0-1, coalitions 0-7, samples 0-3)"; coalitions by bit mask.
[[nodiscard]] std::string unit_text(const SweepUnit& unit);

/// "unit 7 (sst2 on smollm2, gac, items 0-15)".
/// @param table   that the unit is of
/// @param method  its name
[[nodiscard]] std::string unit_text(const EvaluationUnit& unit, const ResultsTable& table,
                                    const std::string& method);

}  // namespace harsanyi
