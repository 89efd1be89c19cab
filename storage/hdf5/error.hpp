#pragma once

#include <string>
#include <string_view>

#include <hdf5.h>

#include "partition/base/error.hpp"

namespace harsanyi::hdf5 {

/// HDF5 prints its error stack to stderr unless told otherwise; our exceptions carry it instead.
void stop_printing_errors();

/// HDF5's own words about the call that failed last: the root cause, then the call.
[[nodiscard]] std::string pending_errors();

/// Path of the file that an open object lies in.
[[nodiscard]] std::string file_of(hid_t object);

/// "FILE: WHAT (HDF5: its words)". `place` is any open object of the file; if there is none
/// (H5I_INVALID_HID), `what` names the file.
[[nodiscard]] StorageError hdf5_error(hid_t place, std::string_view what);

/// A file whose content contradicts its page in docs/formats: "FILE is damaged: WHAT; remedy".
[[nodiscard]] StorageError damaged_file(hid_t place, std::string_view what);

/// @throws StorageError  if `status` is HDF5's mark of failure
inline void check(herr_t status, hid_t place, std::string_view what) {
  if (status < 0) throw hdf5_error(place, what);
}

}  // namespace harsanyi::hdf5
