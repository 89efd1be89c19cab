#pragma once

#include <filesystem>
#include <optional>

#include "storage/durable_file.hpp"
#include "storage/file_format.hpp"

namespace harsanyi {

/// A file that is written once, not resumed: filled under its temporary name, then synced and renamed.
/// Dropped unfinished, it leaves nothing behind.
class WholeFile {
 public:
  /// @throws StorageError  as PartialFile and `require_replaceable`
  WholeFile(const std::filesystem::path& path, const FileFormat& format, bool overwrite);
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  ~WholeFile();

  [[nodiscard]] const hdf5::File& file() const noexcept { return *file_; }
  void publish();

 private:
  std::filesystem::path path_;
  FileFormat format_;
  bool overwrite_;
  PartialFile partial_;
  std::optional<hdf5::File> file_;
};

}  // namespace harsanyi
