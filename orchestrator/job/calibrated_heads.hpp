#pragma once

#include <filesystem>
#include <string>

#include "orchestrator/config/calibration_options.hpp"
#include "partition/base/identity.hpp"
#include "partition/game/salient_group.hpp"
#include "worker/engine/engine.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// @throws ConfigError  naming both shapes, if `groups`, read from `file`, are of a model of another shape
void require_matching_groups(const SalientGroups& groups, const ModelConfig& model,
                             const std::filesystem::path& file);

/// @throws ConfigError  if `groups` were selected for other weights than those of this digest
void require_weights_of(const SalientGroups& groups, const std::string& weights_digest,
                        const std::string& model_name);

/// Calibration as `options` have it, in the layers that they name.
/// @param groups  say which heads are edited; null: every head
[[nodiscard]] Calibration calibration_of(const CalibrationOptions& options, const ModelConfig& model,
                                         const SalientGroups* groups);

/// Adds a hash of the heads that `groups` leads to calibrate. The file's own bytes do not decide a number:
/// selected again, the same groups continue the same evaluation.
void add_groups(Identity& identity, const std::string& prefix, const SalientGroups& groups);

}  // namespace harsanyi
