#pragma once

#include <filesystem>

#include "partition/game/salient_group.hpp"
#include "storage/provenance.hpp"

namespace harsanyi {

/// Writes a groups file (docs/formats/groups.md) under a temporary name, synced, renamed.
/// @throws StorageError  if it cannot be written, or exists and `overwrite` is false.
void write_groups(const std::filesystem::path& file, const SalientGroups& groups,
                  const Provenance& provenance, bool overwrite);

/// @throws StorageError  if it is missing, no groups file, newer than this program, or its parts disagree.
[[nodiscard]] SalientGroups read_groups(const std::filesystem::path& file);

}  // namespace harsanyi
