#pragma once

#include <filesystem>
#include <string_view>

#include "partition/base/error.hpp"

namespace harsanyi {

/// "FILE: WHAT (the system's reason); what to do about it" for a failed system call.
/// @param error  errno
[[nodiscard]] StorageError system_error(const std::filesystem::path& file, std::string_view what, int error);

/// The folder that `file` lies in; "." for a plain name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

/// Returns once a rename in `folder` is on the disk. @throws StorageError
void sync_folder(const std::filesystem::path& folder);

}  // namespace harsanyi
