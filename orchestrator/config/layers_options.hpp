#pragma once

#include <filesystem>

#include "orchestrator/config/evaluate_options.hpp"

namespace harsanyi {

/// layers: greedy search for the layers whose calibration helps.
struct LayersOptions {
  EvaluateOptions evaluation;  ///< one model; its methods and results file are the search's own
  ScoredPart split = ScoredPart::calibration;
  int rounds = 32;            ///< most layers
  std::filesystem::path out;  ///< folder of the rounds' results and of layers.json
};

void describe(OptionSet& set, LayersOptions& options);
/// @throws ConfigError  as check(EvaluateOptions); also for more than one model
void check(const LayersOptions& options);

}  // namespace harsanyi
