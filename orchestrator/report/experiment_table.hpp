#pragma once

#include "orchestrator/report/table.hpp"
#include "partition/game/salient_group.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// What a report was made from.
struct ExperimentParts {
  std::vector<const CubeDescription*> cubes = {};
  std::vector<const SalientGroups*> groups = {};
  std::vector<const ResultsDescription*> results = {};
};

/// One row per fact, (file, kind, name, value): conventions, identity with its digest, and provenance of the
/// cubes, the groups and the results; several of one kind are numbered from 1.
[[nodiscard]] Table experiment_table(const ExperimentParts& parts);

}  // namespace harsanyi
