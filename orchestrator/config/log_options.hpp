#pragma once

#include "orchestrator/config/option_set.hpp"
#include "orchestrator/log/log.hpp"

namespace harsanyi {

/// Adds the group "Log".
void describe(OptionSet& set, LogOptions& options);

}  // namespace harsanyi
