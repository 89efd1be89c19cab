#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

namespace harsanyi {

/// A file open for writing under an exclusive lock: one writer at a time, over processes and within one. The
/// lock (an open-file-description lock) ends with the object or the process, also with `kill -9`; readers
/// take none.
class LockedFile {
 public:
  /// Opens an existing file. @throws StorageError  if another writer holds it, or it cannot be opened for
  /// writing.
  [[nodiscard]] static LockedFile open(const std::filesystem::path& path);
  /// The same; makes an empty file where there is none.
  [[nodiscard]] static LockedFile open_or_make(const std::filesystem::path& path);

  LockedFile(LockedFile&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)}, path_{std::move(other.path_)} {}
  LockedFile& operator=(LockedFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    return *this;
  }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  ~LockedFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// A second owner of the same lock, which lasts until both are gone.
  [[nodiscard]] LockedFile duplicate() const;

  /// Returns once all that was written to the file, by whichever descriptor, is on the disk.
  void sync() const;
  void empty() const;                   ///< cuts the file to 0 bytes
  void abandon() const noexcept;        ///< the same for a file about to be removed: a failure is no matter
  [[nodiscard]] bool in_place() const;  ///< false once the path names another file or none
  void move_to(std::filesystem::path path);  ///< renames, replacing; the folder is synced too

 private:
  LockedFile(int descriptor, std::filesystem::path path) : descriptor_{descriptor}, path_{std::move(path)} {}
  static LockedFile open_with(const std::filesystem::path& path, int flags);

  int descriptor_;
  std::filesystem::path path_;
};

/// A file in the making. It lies beside its final place as "<name>.partial" until it is complete, so the
/// final name never stands for half a file. What a killed process left there is taken over; what a failed one
/// made is removed.
class PartialFile {
 public:
  /// @throws StorageError  if the folder is missing or read-only, or another process is making the same file.
  explicit PartialFile(const std::filesystem::path& final_path);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_->path(); }
  /// For a writer that fills the file while it is in the making.
  [[nodiscard]] LockedFile share() const { return file_->duplicate(); }
  /// Gives the space back at once, so that HDF5 can still close its handle on a full disk.
  void abandon() const noexcept { file_->abandon(); }
  /// Syncs, renames to the final path, syncs the folder. @return the file, still locked.
  LockedFile publish();

 private:
  std::filesystem::path final_path_;
  std::optional<LockedFile> file_;
};

/// @throws StorageError  if the file system of `file` has fewer than `bytes` left for us.
void require_space(const std::filesystem::path& file, std::uint64_t bytes);

/// @throws StorageError  if `file` is missing, no regular file, or cannot be opened for reading.
void require_readable(const std::filesystem::path& file);

}  // namespace harsanyi
