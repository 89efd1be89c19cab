#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/config/evaluate_options.hpp"

namespace harsanyi {

/// What a greedy search found: layers in the order in which they were taken, and by which rows.
struct LayerChoice {
  std::vector<int> layers;
  ScoredPart split = ScoredPart::calibration;
  std::vector<double> scores;  ///< [layers + 1] mean score before the first and after each layer, in [0, 1]
};

/// Written whole or not at all. @throws StorageError  naming file and reason
void write_layer_choice(const std::filesystem::path& file, const LayerChoice& choice);

/// @throws ConfigError  naming file and remedy: no file, no JSON, a field missing or of another kind
[[nodiscard]] LayerChoice read_layer_choice(const std::filesystem::path& file);

}  // namespace harsanyi
