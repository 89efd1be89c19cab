#include "storage/hdf5/file.hpp"

#include <fmt/format.h>

namespace harsanyi::hdf5 {
namespace {

PropertyList access_settings(const std::string& what) {
  PropertyList list{H5Pcreate(H5P_FILE_ACCESS), H5I_INVALID_HID, what};
  check(H5Pset_libver_bounds(list.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), H5I_INVALID_HID, what);
  check(H5Pset_sieve_buf_size(list.get(), 0), H5I_INVALID_HID, what);
  check(H5Pset_file_locking(list.get(), false, true), H5I_INVALID_HID, what);
  return list;
}

}  // namespace

File open_file(const std::filesystem::path& path, Access access) {
  stop_printing_errors();
  const auto what = fmt::format("cannot open {}", path.string());
  const auto settings = access_settings(what);
  const unsigned flags = access == Access::read ? H5F_ACC_RDONLY : H5F_ACC_RDWR;
  return {H5Fopen(path.c_str(), flags, settings.get()), H5I_INVALID_HID, what};
}

File create_file(const std::filesystem::path& path) {
  stop_printing_errors();
  const auto what = fmt::format("cannot make {}", path.string());
  const auto settings = access_settings(what);
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, settings.get()), H5I_INVALID_HID, what};
}

void flush(const File& file) {
  check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), file.get(), "cannot flush");
}

}  // namespace harsanyi::hdf5
