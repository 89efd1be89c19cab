#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// doctor: say what the machine and the build can do.
struct DoctorOptions {
  bool json = false;
  std::filesystem::path folder = ".";        ///< whose disk is looked at
  std::filesystem::path python = "python3";  ///< interpreter for `report`
};

void describe(OptionSet& set, DoctorOptions& options);

}  // namespace harsanyi
