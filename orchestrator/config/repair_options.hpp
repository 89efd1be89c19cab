#pragma once

#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/config/sweep_options.hpp"

namespace harsanyi {

/// repair: compute the damaged units of a cube again. It must know all that the sweep knew.
struct RepairOptions {
  SweepOptions sweep;
};

/// repair results: the same for a results file.
struct RepairResultsOptions {
  EvaluateOptions evaluation;
};

void describe(OptionSet& set, RepairOptions& options);
void describe(OptionSet& set, RepairResultsOptions& options);
void check(const RepairOptions& options);
void check(const RepairResultsOptions& options);

}  // namespace harsanyi
