#include "orchestrator/config/repair_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, RepairOptions& options) {
  describe(set, options.sweep);
}

void describe(OptionSet& set, RepairResultsOptions& options) {
  describe(set, options.evaluation);
}

void check(const RepairOptions& options) {
  check(options.sweep);
}

void check(const RepairResultsOptions& options) {
  check(options.evaluation);
}

}  // namespace harsanyi
