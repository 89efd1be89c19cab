#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/config/option_set.hpp"
#include "slurm/batch_script.hpp"

namespace harsanyi {

/// slurm: write and submit the jobs of a study.
struct SlurmOptions {
  std::filesystem::path cluster_file;  ///< gives `cluster` its values, unless they are named
  Cluster cluster;
  std::vector<StudyStage> stages{StudyStage::sweep, StudyStage::select, StudyStage::evaluate,
                                 StudyStage::report};
  std::filesystem::path sweep;  ///< configuration file of the stage's command; so are the next three
  std::filesystem::path select;
  std::filesystem::path evaluate;
  std::filesystem::path report;
  std::vector<std::filesystem::path> models;
  std::filesystem::path out = "out";
  Wish wish;
  int prompt_tokens = 0;  ///< for the sweep's estimate; 0: as the rows and the tokenizer give them
  bool dry_run = false;
  bool overwrite = false;
  bool submit = false;

  [[nodiscard]] const std::filesystem::path& config_of(StudyStage stage) const;
};

/// The last part of a model folder's path, with or without a slash behind it.
[[nodiscard]] std::string name_of_model(const std::filesystem::path& folder);

void describe(OptionSet& set, SlurmOptions& options);
/// @throws ConfigError  for models that share a name, stages out of order, a stage without its file, --submit
/// with
/// --dry-run
void check(const SlurmOptions& options);

}  // namespace harsanyi
