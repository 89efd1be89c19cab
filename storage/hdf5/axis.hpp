#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "storage/hdf5/dataset.hpp"

namespace harsanyi::hdf5 {

/// An axis is a data set of labels made a dimension scale: h5py, netCDF and xarray then show its name and
/// labels. Numbered 0 ... length-1.
[[nodiscard]] Dataset create_axis(hid_t parent, const std::string& name, hsize_t length);
[[nodiscard]] Dataset create_axis(hid_t parent, const std::string& name,
                                  const std::vector<std::string>& labels);
/// Labelled by numbers.
[[nodiscard]] Dataset create_axis(hid_t parent, const std::string& name,
                                  const std::vector<std::int32_t>& labels);

/// Ties each dimension of `dataset` to its axis, in order, and names it.
void attach_axes(const Dataset& dataset, std::initializer_list<const Dataset*> axes);

}  // namespace harsanyi::hdf5
