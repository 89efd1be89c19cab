#include "storage/hdf5/axis.hpp"

#include <numeric>

#include <fmt/format.h>
#include <hdf5_hl.h>

namespace harsanyi::hdf5 {
namespace {

Dataset as_axis(Dataset dataset, const std::string& name) {
  check(H5DSset_scale(dataset.get(), name.c_str()), dataset.get(),
        fmt::format("cannot make the axis '{}'", name));
  return dataset;
}

/// The name given by `as_axis`, without groups.
std::string axis_name(const Dataset& axis) {
  const auto path = name_of(axis);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Dataset create_axis(hid_t parent, const std::string& name, hsize_t length) {
  std::vector<std::int32_t> numbers(length);
  std::iota(numbers.begin(), numbers.end(), 0);
  return create_axis(parent, name, numbers);
}

Dataset create_axis(hid_t parent, const std::string& name, const std::vector<std::string>& labels) {
  return as_axis(create_texts(parent, name, labels), name);
}

Dataset create_axis(hid_t parent, const std::string& name, const std::vector<std::int32_t>& labels) {
  return as_axis(create_from(parent, name, {labels.size()}, labels), name);
}

void attach_axes(const Dataset& dataset, std::initializer_list<const Dataset*> axes) {
  unsigned dimension = 0;
  for (const auto* axis : axes) {
    const auto name = axis_name(*axis);
    const auto what = fmt::format("cannot tie the data set '{}' to the axis '{}'", name_of(dataset), name);
    check(H5DSattach_scale(dataset.get(), axis->get(), dimension), dataset.get(), what);
    check(H5DSset_label(dataset.get(), dimension, name.c_str()), dataset.get(), what);
    ++dimension;
  }
}

}  // namespace harsanyi::hdf5
