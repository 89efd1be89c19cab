#include "storage/file_format.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "storage/durable_file.hpp"
#include "storage/file_kind.hpp"
#include "storage/hdf5/attribute.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

constexpr std::array kKinds{std::pair{FileKind::cube, kDividendCube}, std::pair{FileKind::groups, kGroups},
                            std::pair{FileKind::results, kResults}, std::pair{FileKind::forward, kForward}};

hdf5::File open_hdf5(const fs::path& path, hdf5::Access access) {
  require_readable(path);
  hdf5::stop_printing_errors();
  if (H5Fis_hdf5(path.c_str()) == 0)
    throw StorageError{fmt::format("{}: not an HDF5 file ({} bytes long); check the path", path.string(),
                                   fs::file_size(path))};
  try {
    return hdf5::open_file(path, access);
  } catch (const StorageError& error) {
    throw StorageError{
        fmt::format("{}; the file is damaged or cut short: restore it from a copy, or delete it and run "
                    "the command that made it again",
                    error.what())};
  }
}

/// The name in the `format` attribute, or the error that there is none.
std::string format_name(const fs::path& path, const hdf5::File& file) {
  if (!hdf5::has_attribute(file.get(), "format"))
    throw StorageError{
        fmt::format("{}: an HDF5 file, but none that harsanyi wrote (its root has no attribute "
                    "'format'); check the path",
                    path.string())};
  return hdf5::read_text(file.get(), "format");
}

int version_part(const hdf5::File& file, const std::string& name) {
  return hdf5::read_integer(file.get(), name, 0, std::numeric_limits<int>::max());
}

}  // namespace

void write_format(const hdf5::File& file, const FileFormat& format) {
  hdf5::write_text(file.get(), "format", format.name);
  hdf5::write_integer(file.get(), "format_major", format.major_version);
  hdf5::write_integer(file.get(), "format_minor", format.minor_version);
}

hdf5::File open_format(const fs::path& path, const FileFormat& format, hdf5::Access access) {
  auto file = open_hdf5(path, access);
  if (const auto name = format_name(path, file); name != format.name)
    throw StorageError{
        fmt::format("{}: a file of format '{}', where one of format '{}' is needed; check the path",
                    path.string(), name, format.name)};
  const int major = version_part(file, "format_major");
  const int minor = version_part(file, "format_minor");
  if (major == format.major_version && minor <= format.minor_version) return file;
  const bool newer = major >= format.major_version;
  throw StorageError{
      fmt::format("{}: version {}.{} of format '{}' cannot be read (this harsanyi reads {}.0 to {}.{}); "
                  "use {} harsanyi",
                  path.string(), major, minor, format.name, format.major_version, format.major_version,
                  format.minor_version, newer ? "a newer" : "an older")};
}

void require_replaceable(const fs::path& path, const FileFormat& format, bool overwrite) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return;
  if (!overwrite)
    throw StorageError{fmt::format(
        "{}: the file exists; choose another name, or allow overwriting (--overwrite)", path.string())};
  static_cast<void>(open_format(path, format, hdf5::Access::read));
}

FileKind kind_of(const fs::path& path) {
  const auto file = open_hdf5(path, hdf5::Access::read);
  const auto name = format_name(path, file);
  for (const auto& [kind, format] : kKinds)
    if (format.name == name) return kind;
  throw StorageError{
      fmt::format("{}: a file of format '{}', which this harsanyi does not know; use the program that "
                  "wrote it",
                  path.string(), name)};
}

}  // namespace harsanyi
