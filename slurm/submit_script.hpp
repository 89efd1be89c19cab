#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "slurm/batch_script.hpp"

namespace harsanyi {

/// A shell script that submits the jobs of `stages`, each after the one before has succeeded: for the same
/// model where both are arrays, for all models where the report waits. What can no longer start is cancelled.
/// @param folder  absolute: where the jobs run, and what their paths are relative to
[[nodiscard]] std::string submit_script(const Study& study, std::span<const StudyStage> stages,
                                        const std::filesystem::path& folder);

}  // namespace harsanyi
