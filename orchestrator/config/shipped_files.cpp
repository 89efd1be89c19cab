#include "orchestrator/config/shipped_files.hpp"

namespace harsanyi {

std::filesystem::path shipped_folder(const char* name) {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  auto installed = program.parent_path().parent_path() / "share" / "harsanyi" / name;
  if (!unknown && std::filesystem::is_directory(installed, unknown)) return installed;
  return std::filesystem::path{HARSANYI_SOURCE_DIR} / "configs" / name;
}

}  // namespace harsanyi
