#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/hdf5/handle.hpp"

namespace harsanyi::hdf5 {

using Shape = std::vector<hsize_t>;

/// Number of elements; 1 for a scalar's shape {}.
[[nodiscard]] hsize_t elements_of(const Shape& shape) noexcept;

/// A box of a data set: where it starts and how far it reaches in each dimension.
struct Box {
  Shape first;
  Shape count;
};

/// HDF5's type of a number in memory, and little endian on disk.
template <class T>
struct NumberType;
template <>
struct NumberType<double> {
  static hid_t memory() { return H5T_NATIVE_DOUBLE; }
  static hid_t file() { return H5T_IEEE_F64LE; }
};
template <>
struct NumberType<float> {
  static hid_t memory() { return H5T_NATIVE_FLOAT; }
  static hid_t file() { return H5T_IEEE_F32LE; }
};
template <>
struct NumberType<std::int32_t> {
  static hid_t memory() { return H5T_NATIVE_INT32; }
  static hid_t file() { return H5T_STD_I32LE; }
};
template <>
struct NumberType<std::int64_t> {
  static hid_t memory() { return H5T_NATIVE_INT64; }
  static hid_t file() { return H5T_STD_I64LE; }
};
template <>
struct NumberType<std::uint8_t> {
  static hid_t memory() { return H5T_NATIVE_UINT8; }
  static hid_t file() { return H5T_STD_U8LE; }
};
template <>
struct NumberType<std::uint32_t> {
  static hid_t memory() { return H5T_NATIVE_UINT32; }
  static hid_t file() { return H5T_STD_U32LE; }
};
template <>
struct NumberType<std::uint64_t> {
  static hid_t memory() { return H5T_NATIVE_UINT64; }
  static hid_t file() { return H5T_STD_U64LE; }
};

/// How a data set lies in the file.
enum class Storage {
  contiguous,  ///< its space allocated at creation
  compressed,  ///< in chunks (shuffle, deflate), written once: a killed writer can damage the whole file
};

// The untyped calls below the templates. All throw StorageError.
[[nodiscard]] Dataset create_dataset(hid_t parent, const std::string& name, hid_t file_type,
                                     const Shape& shape, hid_t memory_type, const void* fill,
                                     Storage storage = Storage::contiguous);
[[nodiscard]] Storage storage_of(const Dataset& dataset);
void write_values(const Dataset& dataset, const Box& box, hid_t memory_type, const void* values);
void read_values(const Dataset& dataset, const Box& box, hid_t memory_type, void* values);

[[nodiscard]] std::string name_of(const Dataset& dataset);
[[nodiscard]] Shape shape_of(const Dataset& dataset);
[[nodiscard]] inline Box whole(const Shape& shape) {
  return {Shape(shape.size(), 0), shape};
}

/// A data set of fixed shape: contiguous, its space allocated and filled at once, no time stamps. A full disk
/// then shows at creation, later writes touch no metadata, and equal content means equal bytes (design.md
/// section 5). Compressed ones have none of these properties but the shape.
template <class T>
[[nodiscard]] Dataset create(hid_t parent, const std::string& name, const Shape& shape, T fill,
                             Storage storage = Storage::contiguous) {
  return create_dataset(parent, name, NumberType<T>::file(), shape, NumberType<T>::memory(), &fill, storage);
}

/// @throws StorageError  unless `dataset` holds elements of exactly this type: damage may describe numbers
/// that
///         HDF5's conversions were not made for
void require_type(const Dataset& dataset, hid_t file_type);

/// @param values  elements of `box`, row-major
template <class T>
void write(const Dataset& dataset, const Box& box, std::span<const T> values) {
  assert(values.size() == elements_of(box.count));
  require_type(dataset, NumberType<T>::file());
  write_values(dataset, box, NumberType<T>::memory(), values.data());
}

/// A data set that holds `values` from the start.
template <class T>
Dataset create_from(hid_t parent, const std::string& name, const Shape& shape, const std::vector<T>& values) {
  auto dataset = create<T>(parent, name, shape, T{});
  write<T>(dataset, whole(shape), values);
  return dataset;
}

/// UTF-8 strings along one axis, all padded to the longest. The attribute `_Encoding` has xarray decode them.
Dataset create_texts(hid_t parent, const std::string& name, const std::vector<std::string>& texts);

/// @throws StorageError  if a part of `path` is missing, or is a link that leads on: a hostile file could
/// name
///         any other file to read or write
void require_own_object(hid_t parent, const std::string& path);

/// @throws StorageError  if it is missing, lies elsewhere or in pieces, or claims more bytes than the file
/// has
[[nodiscard]] Dataset open(hid_t parent, const std::string& name);
/// The same for a data set that must have the given shape.
[[nodiscard]] Dataset open(hid_t parent, const std::string& name, const Shape& expected);
/// Length of a data set that must have one axis.
[[nodiscard]] hsize_t length_of(hid_t parent, const std::string& name);

template <class T>
[[nodiscard]] std::vector<T> read(const Dataset& dataset, const Box& box) {
  require_type(dataset, NumberType<T>::file());
  std::vector<T> values(elements_of(box.count));
  read_values(dataset, box, NumberType<T>::memory(), values.data());
  return values;
}
template <class T>
[[nodiscard]] std::vector<T> read(hid_t parent, const std::string& name, const Shape& expected) {
  return read<T>(open(parent, name, expected), whole(expected));
}
[[nodiscard]] std::vector<std::string> read_texts(hid_t parent, const std::string& name, hsize_t expected);

}  // namespace harsanyi::hdf5
