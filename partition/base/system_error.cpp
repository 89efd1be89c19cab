#include "partition/base/system_error.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace harsanyi {
namespace {

std::string_view remedy_for(int error) {
  switch (error) {
    case ENOENT:
      return "check the path, or make the folder first";
    case ENOTDIR:
      return "check the path, a part of it is no folder";
    case EACCES:
    case EPERM:
      return "choose a path that you may write to, or change its permissions";
    case EROFS:
      return "the file system is mounted read-only; choose another folder";
    case ENOSPC:
      return "free some space, or choose another disk";
    case EDQUOT:
      return "your quota is used up; free some space, or choose another disk";
    case EISDIR:
      return "give the name of a file";
    default:
      return "see the system's log";
  }
}

}  // namespace

StorageError system_error(const std::filesystem::path& file, std::string_view what, int error) {
  return StorageError{
      fmt::format("{}: {} ({}); {}", file.string(), what, std::strerror(error), remedy_for(error))};
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw system_error(folder, "cannot open the folder", errno);
  const int status = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  // Some network file systems have no sync for folders and say EINVAL.
  if (status != 0 && error != EINVAL) throw system_error(folder, "cannot sync the folder", error);
}

}  // namespace harsanyi
