#include "storage/durable_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "partition/base/error.hpp"
#include "partition/base/system_error.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

void lock_exclusively(int descriptor, const fs::path& path) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return;
  if (errno == EAGAIN || errno == EACCES)
    throw StorageError{
        fmt::format("{}: another harsanyi is writing this file; wait until it ends, stop it, or choose "
                    "another output file",
                    path.string())};
  const int error = errno;
  throw StorageError{
      fmt::format("{}: its file system grants no locks ({}), so two runs could write the file at once; "
                  "choose another file system, or have this one mounted with locks",
                  path.string(), std::strerror(error))};
}

bool same_file(int descriptor, const fs::path& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

LockedFile LockedFile::open_with(const fs::path& path, int flags) {
  constexpr mode_t readable_by_all = 0666;  // less the user's umask
  // Whoever held the lock before may have renamed the file meanwhile: then the path names another one by now.
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, readable_by_all);
    if (descriptor < 0) throw system_error(path, "cannot open for writing", errno);
    LockedFile file{descriptor, path};
    lock_exclusively(descriptor, path);
    if (same_file(descriptor, path)) return file;
  }
}

LockedFile LockedFile::open(const fs::path& path) {
  return open_with(path, 0);
}

LockedFile LockedFile::open_or_make(const fs::path& path) {
  return open_with(path, O_CREAT);
}

LockedFile LockedFile::duplicate() const {
  const int descriptor = fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0) throw system_error(path_, "cannot open it once more", errno);
  return {descriptor, path_};
}

LockedFile::~LockedFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void LockedFile::sync() const {
  if (fsync(descriptor_) != 0) throw system_error(path_, "cannot sync to the disk", errno);
}

void LockedFile::empty() const {
  if (ftruncate(descriptor_, 0) != 0) throw system_error(path_, "cannot empty the file", errno);
}

void LockedFile::abandon() const noexcept {
  static_cast<void>(ftruncate(descriptor_, 0) == 0);
}

bool LockedFile::in_place() const {
  return same_file(descriptor_, path_);
}

void LockedFile::move_to(fs::path path) {
  if (rename(path_.c_str(), path.c_str()) != 0)
    throw system_error(path, fmt::format("cannot rename {} to it", path_.string()), errno);
  path_ = std::move(path);
  sync_folder(folder_of(path_));
}

PartialFile::PartialFile(const fs::path& final_path) : final_path_{final_path} {
  const auto folder = folder_of(final_path);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw StorageError{
        fmt::format("{}: cannot make the file (there is no folder {} that can be entered); make it, or check "
                    "its permissions",
                    final_path.string(), folder.string())};
  auto partial_path = final_path;
  partial_path += ".partial";
  file_ = LockedFile::open_or_make(partial_path);
  file_->empty();
}

PartialFile::~PartialFile() {
  if (file_) unlink(file_->path().c_str());
}

LockedFile PartialFile::publish() {
  file_->sync();
  file_->move_to(final_path_);
  auto published = std::move(*file_);
  file_.reset();
  return published;
}

void require_space(const fs::path& file, std::uint64_t bytes) {
  const auto folder = folder_of(file);
  struct statvfs system {};
  if (statvfs(folder.c_str(), &system) != 0)
    throw system_error(folder, "cannot ask for the free space", errno);
  const std::uint64_t available = static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
  if (available >= bytes) return;
  throw StorageError{
      fmt::format("{}: no space for the file (it needs {} bytes, {} are free in {}); free some space, or "
                  "choose another disk",
                  file.string(), bytes, available, folder.string())};
}

void require_readable(const fs::path& file) {
  std::error_code ignored;
  const auto status = fs::status(file, ignored);
  if (fs::is_directory(status))
    throw StorageError{
        fmt::format("{}: cannot read it (it is a folder); give the name of a file", file.string())};
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error = errno;
    throw StorageError{fmt::format("{}: cannot open for reading ({}); {}", file.string(),
                                   std::strerror(error),
                                   error == ENOENT ? "check the path" : "check its permissions")};
  }
  close(descriptor);
  if (!fs::is_regular_file(status))
    throw StorageError{
        fmt::format("{}: cannot read it (it is no regular file); give the name of a file", file.string())};
}

}  // namespace harsanyi
