#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace harsanyi {

// HDF5 1.10 trusts what a file says of its own structure: some damaged files crash it, and the caller with it
// (docs/hostile-input.md). Call these before MPI starts and before there are threads.

/// Runs `call` in a child process.
/// @return  what happened, "crashed (Segmentation fault)", if the child crashed or took half a minute of
/// processor
///          time or a gigabyte of memory. Nothing also if no child could be made or somebody killed it.
[[nodiscard]] std::optional<std::string> harm_of(const std::function<void()>& call);

/// Has a child process read what our readers read of an HDF5 file, its values apart.
/// @return  what is wrong, with file and remedy, if that harmed the child. Nothing of a file that is missing
///          or refused: the reader itself says that.
[[nodiscard]] std::optional<std::string> harm_of_reading(const std::filesystem::path& path);

/// @throws StorageError  with that text
void require_harmless(const std::filesystem::path& path);

}  // namespace harsanyi
