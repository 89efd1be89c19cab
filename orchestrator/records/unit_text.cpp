#include "orchestrator/records/unit_text.hpp"

#include <fmt/format.h>

namespace harsanyi {

std::string unit_text(const SweepUnit& unit) {
  return fmt::format("unit {} (layers {}-{}, coalitions {}-{}, samples {}-{})", unit.id.value,
                     unit.layers.first, unit.layers.last - 1, unit.coalitions.first, unit.coalitions.last - 1,
                     unit.samples.first, unit.samples.last - 1);
}

std::string unit_text(const EvaluationUnit& unit, const ResultsTable& table, const std::string& method) {
  return fmt::format("unit {} ({} on {}, {}, items {}-{})", unit.id.value, table.benchmark, table.model,
                     method, unit.items.first, unit.items.last - 1);
}

}  // namespace harsanyi
