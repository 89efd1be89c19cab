#pragma once

#include "orchestrator/config/sweep_options.hpp"

namespace harsanyi {

/// plan: show the units of a sweep, their cost and memory. Takes the options of `sweep`, so that both read
/// the same configuration file; --model may be a config.json alone, --cube may be left out.
struct PlanOptions {
  SweepOptions sweep;
};

void describe(OptionSet& set, PlanOptions& options);
/// @throws ConfigError  as check(SweepOptions)
void check(const PlanOptions& options);

}  // namespace harsanyi
