#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// The results file's own part, as docs/formats/results.md lists it.

/// @throws StorageError  if the parts of `description` contradict each other, or a name cannot be a group's
void require_consistent(const ResultsDescription& description);

/// Bytes that the data sets take, saturating.
[[nodiscard]] std::uint64_t results_bytes(const ResultsDescription& description);

/// @param answers  how the answers are stored; the other data sets are contiguous
void write_results_layout(const hdf5::File& file, const hdf5::Dataset& unit_axis,
                          const ResultsDescription& description, hdf5::Storage answers);

/// All but identity and provenance.
[[nodiscard]] ResultsDescription read_results_layout(const hdf5::File& file);

/// One line for each fact in which two descriptions differ, beside identity and provenance.
[[nodiscard]] std::vector<std::string> layout_differences(const ResultsDescription& here,
                                                          const ResultsDescription& other);

/// "<model>/<benchmark>", the group of a table.
[[nodiscard]] std::string group_of(const ResultsTable& table);

}  // namespace harsanyi
