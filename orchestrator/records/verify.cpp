#include "orchestrator/records/verify.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/job/layer_means.hpp"
#include "orchestrator/records/reading_progress.hpp"
#include "orchestrator/records/unit_text.hpp"

namespace harsanyi {
namespace {

template <class Record>
std::vector<UnitId> damaged_units(const Record& record) {
  const auto done = record.done();
  ReadingProgress progress{"verify", static_cast<int>(std::count(done.begin(), done.end(), true))};
  return record.damaged_units([&](UnitId) { progress.advance(); });
}

}  // namespace

Verification verify(const DividendCube& cube) {
  Verification found{.damaged = damaged_units(cube)};
  for (const UnitId unit : found.damaged)
    found.places.push_back(unit_text(cube.description().plan.units[static_cast<std::size_t>(unit.index())]));
  if (found.damaged.empty()) found.wrong_means = layers_with_wrong_means(cube);
  return found;
}

Verification verify(const ResultsFile& results) {
  Verification found{.damaged = damaged_units(results)};
  const ResultsDescription& description = results.description();
  for (const UnitId id : found.damaged) {
    const EvaluationUnit& unit = description.plan.units[static_cast<std::size_t>(id.index())];
    found.places.push_back(unit_text(unit, description.tables[static_cast<std::size_t>(unit.table)],
                                     description.methods[static_cast<std::size_t>(unit.method)]));
  }
  return found;
}

std::string verification_text(const Verification& found) {
  if (found.sound()) return "every finished unit matches its checksum\n";
  std::string text;
  if (!found.damaged.empty())
    text += fmt::format("DAMAGED: {} units differ from their checksum:\n  {}\n", found.damaged.size(),
                        fmt::join(found.places, "\n  "));
  if (!found.wrong_means.empty()) {
    std::vector<int> layers;
    for (const LayerId layer : found.wrong_means) layers.push_back(layer.value);
    text += fmt::format("DAMAGED: the means of layers {} are not those of the values, which are sound\n",
                        fmt::join(layers, ", "));
  }
  return text;
}

}  // namespace harsanyi
