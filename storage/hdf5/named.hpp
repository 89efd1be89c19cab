#pragma once

#include <string>

#include "partition/base/named_enum.hpp"
#include "storage/hdf5/attribute.hpp"

namespace harsanyi::hdf5 {

/// A choice is recorded by its name.
template <class E>
void write_enum(hid_t object, const std::string& attribute, E choice) {
  write_text(object, attribute, name_of(choice));
}

/// `parse_enum` for a word that stands in a file. @throws StorageError
template <class E>
[[nodiscard]] E stored_enum(hid_t place, const std::string& word) {
  try {
    return parse_enum<E>(word);
  } catch (const ConfigError& error) {
    throw damaged_file(place, error.what());
  }
}

template <class E>
[[nodiscard]] E read_enum(hid_t object, const std::string& attribute) {
  return stored_enum<E>(object, read_text(object, attribute));
}

}  // namespace harsanyi::hdf5
