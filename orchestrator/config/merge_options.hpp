#pragma once

#include <filesystem>
#include <vector>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// merge: join cubes, or results files, that were computed in parts.
struct MergeOptions {
  std::filesystem::path out;
  std::vector<std::filesystem::path> parts;
  bool allow_gaps = false;
  bool overwrite = false;
};

void describe(OptionSet& set, MergeOptions& options);

}  // namespace harsanyi
