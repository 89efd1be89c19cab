#pragma once

#include <string_view>
#include <utility>

#include <hdf5.h>

#include "storage/hdf5/error.hpp"

namespace harsanyi::hdf5 {

/// Owner of one HDF5 identifier. Only `storage` sees these.
template <herr_t (*close_id)(hid_t)>
class Handle {
 public:
  /// @param what  the call as an error message tells it: "cannot open group 'identity'"
  /// @throws StorageError  if `id` is HDF5's mark of failure
  Handle(hid_t id, hid_t place, std::string_view what) : id_{id} {
    if (id_ < 0) throw hdf5_error(place, what);
  }
  Handle(Handle&& other) noexcept : id_{std::exchange(other.id_, H5I_INVALID_HID)} {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_id(id_);
  }
  [[nodiscard]] hid_t get() const noexcept { return id_; }

 private:
  hid_t id_;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Dataspace = Handle<H5Sclose>;
using Datatype = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using PropertyList = Handle<H5Pclose>;

}  // namespace harsanyi::hdf5
