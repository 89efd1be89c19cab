#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "storage/hdf5/handle.hpp"

namespace harsanyi::hdf5 {

/// Attributes are scalars: UTF-8 strings of variable length, 64-bit integers, doubles. `object` is a file
/// (its root group), a group or a data set. All throw StorageError; the readers also if the attribute is
/// missing or of another type.
void write_text(hid_t object, const std::string& name, std::string_view text);
void write_integer(hid_t object, const std::string& name, std::int64_t number);
void write_real(hid_t object, const std::string& name, double number);

[[nodiscard]] bool has_attribute(hid_t object, const std::string& name);
[[nodiscard]] std::string read_text(hid_t object, const std::string& name);
[[nodiscard]] std::int64_t read_integer(hid_t object, const std::string& name);
/// An integer attribute that must lie in [least, most].
[[nodiscard]] int read_integer(hid_t object, const std::string& name, int least, int most);
[[nodiscard]] double read_real(hid_t object, const std::string& name);

/// A group `name` with one string attribute per entry, and its inverse.
void write_text_group(hid_t parent, const std::string& name, const std::map<std::string, std::string>& texts);
[[nodiscard]] std::map<std::string, std::string> read_text_group(hid_t parent, const std::string& name);

/// Longest text of an attribute, in bytes: HDF5 keeps attributes in object headers, whose parts end at 64
/// KiB.
inline constexpr std::size_t kLongestText = 64'000;

/// UTF-8 strings of `bytes` bytes, padded with NUL. Not of variable length: those lie in a heap without
/// checksums, and HDF5 1.10 crashes on a damaged one.
[[nodiscard]] Datatype text_type(hid_t place, std::size_t bytes);

/// @throws StorageError  if `text` holds a NUL character, which would end it early
void require_no_nul(hid_t place, const std::string& name, std::string_view text);

}  // namespace harsanyi::hdf5
