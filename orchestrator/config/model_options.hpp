#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// The model of a command that uses one.
struct ModelOptions {
  std::filesystem::path folder;  ///< --model: Hugging Face folder
  int threads = 0;               ///< of each rank; 0: cores of the node / ranks on it
};

/// Adds the group "Model"; --model is required.
void describe(OptionSet& set, ModelOptions& options);

/// Adds --threads alone, for commands that name their models otherwise.
void describe_threads(OptionSet& set, int& threads);

}  // namespace harsanyi
