#pragma once

#include <string>

#include "orchestrator/job/sweep_job.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/status_file.hpp"

namespace harsanyi {

/// Collective. Computes the units of a sweep's part that `cube` does not hold yet, round after round; between
/// two rounds rank 0 decides from the recorded values which layers go on, and marks what they do not need. A
/// sweep that cannot stop early is a single round.
/// Where units are profiled, rank 0 adds every round's seconds to the cube's profile.
/// @param cube    on rank 0; null elsewhere
/// @param status  hears of every round; may be null
/// @return  of all rounds together, on every rank (`workers` and `slowest` are left out)
/// @throws Error types as `run_units`; StorageError if a mark cannot be written
[[nodiscard]] RunOutcome run_rounds(World& world, const SweepJob& job, DividendCube* cube,
                                    const WorkFunction& compute, const std::string& digest,
                                    const RunOptions& options, StatusFile* status);

}  // namespace harsanyi
