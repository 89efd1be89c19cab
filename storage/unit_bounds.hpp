#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/hdf5/dataset.hpp"

namespace harsanyi {

/// One direction of a unit: [first, last).
struct Bounds {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// The axis `bound` with the labels "first" and "last", which is past the end.
[[nodiscard]] hdf5::Dataset create_bound_axis(hid_t file);

/// `name` [unit, bound]: one direction of all units.
void write_bounds(hid_t file, const std::string& name, const std::vector<Bounds>& bounds,
                  const hdf5::Dataset& unit_axis, const hdf5::Dataset& bound_axis);

/// @param extent  what the ranges divide up
/// @throws StorageError  if a range is empty or leaves [0, extent)
[[nodiscard]] std::vector<Bounds> read_bounds(hid_t file, const std::string& name, hsize_t units,
                                              std::int64_t extent);

}  // namespace harsanyi
