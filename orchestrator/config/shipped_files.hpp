#pragma once

#include <filesystem>

namespace harsanyi {

/// Data that come with the program: share/harsanyi/<name> beside the running program's bin folder, else
/// configs/<name> of the source tree. Looked up only when it is read: configurations are kept in files, and
/// have no paths of the machine that the user did not name.
[[nodiscard]] std::filesystem::path shipped_folder(const char* name);

}  // namespace harsanyi
