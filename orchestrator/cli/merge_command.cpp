#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/records/merge.hpp"
#include "partition/base/error.hpp"
#include "storage/file_kind.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {
namespace {

/// The kind of all parts.
FileKind kind_of_parts(const MergeOptions& options) {
  const FileKind kind = kind_of(options.parts.front());
  for (const auto& part : options.parts)
    if (const FileKind other = kind_of(part); other != kind)
      throw StorageError{fmt::format("{} is a {} file and {} a {} file; join files of one kind",
                                     options.parts.front().string(), name_of(kind), part.string(),
                                     name_of(other))};
  if (kind != FileKind::cube && kind != FileKind::results)
    throw StorageError{
        fmt::format("{}: a {} file is written in one go and has no parts; cubes and results files have",
                    options.parts.front().string(), name_of(kind))};
  return kind;
}

}  // namespace

ExitCode run_merge(const MergeOptions& options, const Invocation& invocation) {
  require_one_process("merge");
  for (const auto& part : options.parts) require_harmless(part);
  const FileKind kind = kind_of_parts(options);
  const MergeRequest request{.out = options.out,
                             .parts = options.parts,
                             .allow_gaps = options.allow_gaps,
                             .overwrite = options.overwrite,
                             .provenance = provenance_of(invocation.command_line, invocation.configuration)};
  const MergeOutcome merged = kind == FileKind::cube ? merge_cubes(request) : merge_results(request);
  std::cout << fmt::format(
      "{}: {} of {} units from {} parts, each as its checksum says{}: {}\n",
      merged.open == 0 ? "complete" : "unfinished", merged.taken, merged.units, options.parts.size(),
      merged.shared > 0 ? fmt::format("; {} are in several parts, with the same bits", merged.shared) : "",
      options.out.string());
  return ExitCode::ok;
}

}  // namespace harsanyi
