#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// inspect: show what a cube, groups or results file holds.
struct InspectOptions {
  std::filesystem::path file;
  bool require_complete = false;  ///< an unfinished file gives exit code 5
  bool verify = false;            ///< compare every unit with its checksum
};

void describe(OptionSet& set, InspectOptions& options);

}  // namespace harsanyi
