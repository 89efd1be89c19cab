#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/records/export_table.hpp"
#include "orchestrator/records/verify.hpp"
#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"
#include "storage/file_kind.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// What is damaged goes nowhere.
template <class Record>
void require_sound(const Record& record, const fs::path& file) {
  if (const Verification found = verify(record); !found.sound())
    throw StorageError{fmt::format("{}: not exported. {}repair it first (harsanyi repair)", file.string(),
                                   verification_text(found))};
}

template <class Record>
void write_copy(const Record& record, const ExportOptions& options, const Invocation& invocation) {
  Provenance added;
  for (const auto& [name, text] : provenance_of(invocation.command_line, invocation.configuration))
    added.emplace("export." + name, text);
  record.write_compressed_copy(options.out, added, options.overwrite);
  const auto bytes = [](const fs::path& file) { return static_cast<double>(fs::file_size(file)); };
  std::cout << fmt::format("compressed copy of {:.0f} bytes, {:.0f} % of the original: {}\n",
                           bytes(options.out), 100.0 * bytes(options.out) / bytes(options.file),
                           options.out.string());
}

template <class Record>
ExitCode export_record(const Record& record, ExportTable standard, const ExportOptions& options,
                       const Invocation& invocation) {
  require_free(options.out, options.overwrite);  // before anything long is read
  require_sound(record, options.file);
  if (!record.complete())
    std::cerr << fmt::format("harsanyi: note: {} is unfinished; what it lacks is not there to export\n",
                             options.file.string());
  if (options.format == ExportFormat::hdf5) {
    write_copy(record, options, invocation);
    return ExitCode::ok;
  }
  const ExportTable table = options.table.value_or(standard);
  const std::int64_t rows = write_table(record, table, options.out);
  std::cout << fmt::format("{}: {} rows: {}\n", name_of(table), rows, options.out.string());
  return ExitCode::ok;
}

}  // namespace

ExitCode run_export(const ExportOptions& options, const Invocation& invocation) {
  require_one_process("export");
  require_harmless(options.file);
  switch (kind_of(options.file)) {
    case FileKind::cube:
      return export_record(DividendCube::open(options.file), ExportTable::values, options, invocation);
    case FileKind::results:
      return export_record(ResultsFile::open(options.file), ExportTable::answers, options, invocation);
    case FileKind::groups:
    case FileKind::forward:
      break;
  }
  throw StorageError{
      fmt::format("{}: only cubes and results files are exported; h5py and xarray read this one as "
                  "it is",
                  options.file.string())};
}

}  // namespace harsanyi
