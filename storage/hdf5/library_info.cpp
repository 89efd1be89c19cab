#include "storage/hdf5/library_info.hpp"

#include <hdf5.h>

namespace harsanyi::hdf5 {
namespace {

std::string dotted(unsigned major, unsigned minor, unsigned release) {
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(release);
}

}  // namespace

LibraryInfo library_info() {
  LibraryInfo info;
  info.built_with = dotted(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  if (H5get_libversion(&major, &minor, &release) >= 0) info.version = dotted(major, minor, release);
#ifdef H5_HAVE_PARALLEL
  info.parallel = true;
#endif
  hbool_t thread_safe = false;
  info.thread_safe = H5is_library_threadsafe(&thread_safe) >= 0 && thread_safe;
  return info;
}

}  // namespace harsanyi::hdf5
