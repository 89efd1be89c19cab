#pragma once

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// How long ranks wait for each other. Changes no result, and is part of no identity.
struct LimitOptions {
  double unit_deadline = 0.0;     ///< seconds; 0: by the slowest unit so far (UnitDeadline)
  double silence_limit = 1800.0;  ///< seconds (Attendance::silence_limit)
};

/// Adds the options to the group that is open.
void describe(OptionSet& set, LimitOptions& options);

}  // namespace harsanyi
