#pragma once

#include "orchestrator/config/slurm_options.hpp"

namespace harsanyi {

/// What the work of a stage needs, from the plan of its configuration; of several models the most. A stage
/// that only reads and writes files needs nothing.
/// @throws Error types  as preparing the sweep or the evaluation does: an error here is one fewer in the
/// queue
[[nodiscard]] Need need_of(const SlurmOptions& options, const Study& study, StudyStage stage);

}  // namespace harsanyi
