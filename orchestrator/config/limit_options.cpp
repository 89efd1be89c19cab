#include "orchestrator/config/limit_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, LimitOptions& options) {
  constexpr double kYear = 365.0 * 86400.0;
  set.add(
      {"unit-deadline", "SECONDS",
       "a rank that has not answered for a unit by then is taken for lost, and its units go to others; 0: "
       "ten times the slowest unit so far, at least a minute. It may come back"},
      options.unit_deadline, Bounds<double>{0.0, kYear});
  set.add({"silence-limit", "SECONDS",
           "how long a rank waits where all meet (loading the model, the end) before the job goes on without "
           "the missing one, or ends with exit code 75 if rank 0 is missing"},
          options.silence_limit, Bounds<double>{1.0, kYear});
}

}  // namespace harsanyi
