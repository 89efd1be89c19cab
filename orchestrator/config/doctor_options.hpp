#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// doctor: say what the machine and the build can do.
struct DoctorOptions {
  bool json = false;
  std::filesystem::path folder = ".";        ///< whose disk is looked at
  std::filesystem::path model;               ///< looked at too, if given
  bool verify = false;                       ///< compare its files with their SHA-256
  std::filesystem::path python = "python3";  ///< interpreter for `report`
};

void describe(OptionSet& set, DoctorOptions& options);
/// @throws ConfigError  for --verify without --model
void check(const DoctorOptions& options);

}  // namespace harsanyi
