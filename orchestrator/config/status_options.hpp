#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// status: how far the run is that writes a cube or results file.
struct StatusOptions {
  std::filesystem::path file;
  bool json = false;
};

void describe(OptionSet& set, StatusOptions& options);

}  // namespace harsanyi
