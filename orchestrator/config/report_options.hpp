#pragma once

#include <filesystem>
#include <vector>

#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// report: tables and figures of finished files.
struct ReportOptions {
  std::vector<std::filesystem::path> cubes;
  std::vector<std::filesystem::path> groups;
  std::vector<std::filesystem::path> results;
  std::filesystem::path attention_before;  ///< forward output with attention maps, unmodified model
  std::filesystem::path attention_after;   ///< the same prompt, calibrated
  std::filesystem::path out = "report";
  std::filesystem::path python = "python3";  ///< interpreter that has the package harsanyi_analysis
  bool overwrite = false;
};

void describe(OptionSet& set, ReportOptions& options);
/// @throws ConfigError  if there is nothing to report on, or only one of the two attention files is given
void check(const ReportOptions& options);

}  // namespace harsanyi
