#pragma once

#include <string>

namespace harsanyi::hdf5 {

/// The HDF5 library in use.
struct LibraryInfo {
  std::string version;       ///< of the library that is loaded, e.g. "1.10.8"
  std::string built_with;    ///< of the headers this program was compiled with
  bool parallel = false;     ///< built with MPI; the program uses the ordinary file driver either way
  bool thread_safe = false;  ///< takes calls from several threads; the program calls it from one
};

[[nodiscard]] LibraryInfo library_info();

}  // namespace harsanyi::hdf5
