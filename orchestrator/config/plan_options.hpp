#pragma once

#include <string>

#include "orchestrator/config/sweep_options.hpp"

namespace harsanyi {

/// plan: show the units of a sweep, their cost and memory. Takes the options of `sweep`, so that both read
/// the same configuration file; --model may be a config.json alone, --cube may be left out.
struct PlanOptions {
  SweepOptions sweep;
  int prompt_tokens = 0;  ///< length of every prompt; 0: as the rows and the tokenizer give them
  std::string device_profile = "cpu-sapphire-rapids";  ///< name in configs/devices, or a path
  int devices = 0;                                     ///< one rank each; 0: those of a node
  int most_ranks = 8;                                  ///< of a worker group
};

void describe(OptionSet& set, PlanOptions& options);
/// @throws ConfigError  as check(SweepOptions)
void check(const PlanOptions& options);

}  // namespace harsanyi
