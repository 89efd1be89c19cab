#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/report/table.hpp"

namespace harsanyi {

/// Tables, and the HDF5 files that the page draws its figures from.
struct Report {
  std::string title;
  std::vector<Table> tables;
  std::vector<std::filesystem::path> cubes;
  std::vector<std::filesystem::path> groups;
  std::vector<std::filesystem::path> results;
  std::optional<std::filesystem::path> attention_before;  ///< forward file without calibration
  std::optional<std::filesystem::path> attention_after;   ///< the same prompt, calibrated
};

/// What the Python page reads: {"title", "tables": [{"name", "title", "note", "columns", "rows"}], "cubes",
/// "groups", "results": lists of paths, "attention_before", "attention_after": path or null}. Bytes that are
/// no UTF-8 become U+FFFD.
/// @throws ReportError  as `to_csv`
[[nodiscard]] std::string to_json(const Report& report);

/// Writes `<table>.csv` and `<table>.md` of every table, and report.json, into `folder`, which is made if
/// needed; older files of these names are replaced.
/// @throws StorageError  naming the file that cannot be written
/// @throws ReportError  naming a table name that is no plain file name, or two tables of one name
void write_report(const Report& report, const std::filesystem::path& folder);

}  // namespace harsanyi
