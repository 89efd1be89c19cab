#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace harsanyi {

/// Has a child process read what our readers read of an HDF5 file, its values apart. HDF5 1.10 trusts what a
/// file says of its own structure: some damaged files crash it, and the caller with it
/// (docs/hostile-input.md). Call it before MPI starts and before there are threads.
/// @return  what is wrong, with file and remedy, if the child crashed or took half a minute of processor time.
/// Nothing
///          of a file that is missing or refused: the reader itself says that.
[[nodiscard]] std::optional<std::string> harm_of_reading(const std::filesystem::path& path);

/// @throws StorageError  with that text
void require_harmless(const std::filesystem::path& path);

}  // namespace harsanyi
