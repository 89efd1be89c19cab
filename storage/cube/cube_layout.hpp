#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/cube/dividend_cube.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"

namespace harsanyi {

/// The cube's own part of the file, as docs/formats/dividend_cube.md lists it.

/// @throws StorageError  if the parts of `description` contradict each other
void require_consistent(const CubeDescription& description);

/// Bytes that the data sets of a cube take, saturating.
[[nodiscard]] std::uint64_t cube_bytes(const CubeDescription& description);

/// @param value_storage  of the data set `value`; the others are contiguous
void write_cube_layout(const hdf5::File& file, const hdf5::Dataset& unit_axis,
                       const CubeDescription& description, hdf5::Storage value_storage);

/// All but identity and provenance.
/// @throws StorageError  if a part is missing, or its shape or content contradicts the others
[[nodiscard]] CubeDescription read_cube_layout(const hdf5::File& file);

/// Samples that each layer's summary is over. A cube of version 1.0 has no such table: every layer has all
/// samples, and nothing is written.
void write_layer_samples(const hdf5::File& file, const std::vector<std::int32_t>& samples);
[[nodiscard]] std::vector<std::int32_t> read_layer_samples(const hdf5::File& file,
                                                           const CubeDescription& description);

/// One line for each fact in which two descriptions differ, beside identity and provenance.
[[nodiscard]] std::vector<std::string> layout_differences(const CubeDescription& here,
                                                          const CubeDescription& other);

/// Shape of `value`: layer, sample, coalition.
[[nodiscard]] hdf5::Shape value_shape(const CubeDescription& description);

}  // namespace harsanyi
