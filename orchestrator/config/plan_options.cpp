#include "orchestrator/config/plan_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, PlanOptions& options) {
  describe(set, options.sweep);
  set.unrequire("cube");
}

void check(const PlanOptions& options) {
  check(options.sweep);
}

}  // namespace harsanyi
