#pragma once

#include <filesystem>

#include "orchestrator/config/export_options.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// Writes a table of a cube as CSV (docs/formats/tables.md), one layer at a time in memory.
/// @return rows
/// @throws StorageError  if it cannot be written; ConfigError  for a table that cubes do not have
std::int64_t write_table(const DividendCube& cube, ExportTable table, const std::filesystem::path& file);

/// The answers of a results file; likewise.
std::int64_t write_table(const ResultsFile& results, ExportTable table, const std::filesystem::path& file);

}  // namespace harsanyi
