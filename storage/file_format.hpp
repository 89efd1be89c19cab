#pragma once

#include <filesystem>
#include <string_view>

#include "storage/hdf5/file.hpp"

namespace harsanyi {

/// What a file says of itself before its content: root attributes `format`, `format_major`, `format_minor`. A
/// file is readable if its major version equals ours and its minor version is no newer than ours. Every
/// change of a version goes with its page in docs/formats.
struct FileFormat {
  std::string_view name;
  int major_version = 0;
  int minor_version = 0;
};

inline constexpr FileFormat kDividendCube{.name = "dividend-cube", .major_version = 1, .minor_version = 3};
inline constexpr FileFormat kGroups{.name = "salient-groups", .major_version = 1, .minor_version = 1};
inline constexpr FileFormat kResults{.name = "evaluation-results", .major_version = 2, .minor_version = 0};
inline constexpr FileFormat kForward{.name = "forward-pass", .major_version = 1, .minor_version = 0};

void write_format(const hdf5::File& file, const FileFormat& format);

/// Opens a file and checks that it is of `format`.
/// @throws StorageError  if it is missing, unreadable, no HDF5 file, cut short, of another program, of
/// another
///         format of ours, or of a version that this program does not read.
[[nodiscard]] hdf5::File open_format(const std::filesystem::path& path, const FileFormat& format,
                                     hdf5::Access access);

/// A file made in one go is replaced only by one of its own kind: `path` must not exist, or `overwrite` be
/// true and the file there be of `format`.
void require_replaceable(const std::filesystem::path& path, const FileFormat& format, bool overwrite);

}  // namespace harsanyi
