#pragma once

#include <filesystem>

#include "storage/hdf5/handle.hpp"

namespace harsanyi::hdf5 {

enum class Access { read, read_write };

/// Opens and creations share their settings: earliest library version (no lock flags that a kill leaves
/// behind), no sieve buffer (it multiplies small writes 20-fold), HDF5's own locks off, so that readers may
/// look on while a sweep writes (design.md section 5). The library is not thread-safe: one thread at a time,
/// over all files.
/// @throws StorageError  naming the file and HDF5's reason
[[nodiscard]] File open_file(const std::filesystem::path& path, Access access);

/// Empties or makes `path`.
[[nodiscard]] File create_file(const std::filesystem::path& path);

/// Hands all that HDF5 buffers to the operating system.
void flush(const File& file);

}  // namespace harsanyi::hdf5
