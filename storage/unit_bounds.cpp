#include "storage/unit_bounds.hpp"

#include <fmt/format.h>

#include "storage/hdf5/axis.hpp"

namespace harsanyi {

hdf5::Dataset create_bound_axis(hid_t file) {
  return hdf5::create_axis(file, "bound", std::vector<std::string>{"first", "last"});
}

void write_bounds(hid_t file, const std::string& name, const std::vector<Bounds>& bounds,
                  const hdf5::Dataset& unit_axis, const hdf5::Dataset& bound_axis) {
  std::vector<std::int32_t> numbers;
  numbers.reserve(2 * bounds.size());
  for (const auto& [first, last] : bounds) {
    numbers.push_back(static_cast<std::int32_t>(first));
    numbers.push_back(static_cast<std::int32_t>(last));
  }
  const auto dataset = hdf5::create_from(file, name, {bounds.size(), 2}, numbers);
  hdf5::attach_axes(dataset, {&unit_axis, &bound_axis});
}

std::vector<Bounds> read_bounds(hid_t file, const std::string& name, hsize_t units, std::int64_t extent) {
  const auto numbers = hdf5::read<std::int32_t>(file, name, {units, 2});
  std::vector<Bounds> bounds;
  bounds.reserve(units);
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    bounds.push_back({numbers[i], numbers[i + 1]});
    if (numbers[i] < 0 || numbers[i] >= numbers[i + 1] || numbers[i + 1] > extent)
      throw hdf5::damaged_file(file, fmt::format("'{}' gives unit {} the range {} to {}, outside 0 to {}",
                                                 name, i / 2, numbers[i], numbers[i + 1], extent));
  }
  return bounds;
}

}  // namespace harsanyi
