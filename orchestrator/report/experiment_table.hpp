#pragma once

#include "orchestrator/report/table.hpp"
#include "partition/game/salient_group.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// What a report was made from; null where a part is missing.
struct ExperimentParts {
  const CubeDescription* cube = nullptr;
  const SalientGroups* groups = nullptr;
  const ResultsDescription* results = nullptr;
};

/// One row per fact, (file, kind, name, value): conventions, identity with its digest, and provenance of the
/// cube, the groups and the results.
[[nodiscard]] Table experiment_table(const ExperimentParts& parts);

}  // namespace harsanyi
