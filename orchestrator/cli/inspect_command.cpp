#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/records/verify.hpp"
#include "orchestrator/report/experiment_table.hpp"
#include "orchestrator/report/groups_table.hpp"
#include "orchestrator/report/profile_table.hpp"
#include "orchestrator/report/table.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/file_kind.hpp"
#include "storage/groups/groups_file.hpp"
#include "storage/results/results_file.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {
namespace {

// The facts of a file; its configuration, which has lines of its own, stands below the table.
void show_facts(const ExperimentParts& parts) {
  Table table = experiment_table(parts);
  std::string configuration;
  std::erase_if(table.rows, [&](const std::vector<std::string>& row) {
    if (row[2] != "configuration") return false;
    configuration = row[3];
    return true;
  });
  std::cout << to_plain_text(table);
  if (!configuration.empty()) std::cout << "\nConfiguration\n" << configuration;
}

std::string units_line(const std::vector<bool>& done, bool complete) {
  return fmt::format("units: {} of {} done, {}\n", std::count(done.begin(), done.end(), true), done.size(),
                     complete ? "complete" : "not complete");
}

std::string units_line(const DividendCube& cube) {
  const std::int64_t not_needed = cube.count_of(UnitState::not_needed);
  return units_line(cube.done(), cube.complete()) +
         (not_needed > 0 ? fmt::format("{} of the others are not needed: their layers were decided without "
                                       "them\n",
                                       not_needed)
                         : "");
}

// How many samples each layer has, where layers were free to stop early.
std::string samples_line(const DividendCube& cube) {
  if (cube.description().stopping.kind == Stopping::full) return "";
  std::vector<std::ptrdiff_t> samples;
  for (const LayerId layer : LayerRange{0, cube.description().plan.shape.layers}) {
    const auto computed = cube.computed_samples(layer);
    samples.push_back(std::count(computed.begin(), computed.end(), true));
  }
  return fmt::format("samples of each layer: {}\n", fmt::join(samples, " "));
}

/// How damaged units are computed again: by the command that made the file, as its provenance has it.
std::string repair_hint(const Provenance& provenance, std::string_view made_by,
                        std::string_view repaired_by) {
  const auto command = provenance.find("command");
  const std::string start = fmt::format("harsanyi {} ", made_by);
  const bool known = command != provenance.end() && command->second.starts_with(start);
  return fmt::format("compute it again: harsanyi {} {}\n", repaired_by,
                     known ? command->second.substr(start.size())
                           : fmt::format("with the options of its `harsanyi {}`", made_by));
}

/// @param hint  how to repair the file, if it is no copy
template <class Record>
ExitCode verdict(const InspectOptions& options, const Record& record, const std::string& hint) {
  if (options.verify) {
    const Verification found = verify(record);
    std::cout << verification_text(found);
    if (!found.sound()) {
      std::cout << (record.is_compressed_copy() ? "export it again from the original\n" : hint);
      return ExitCode::storage;
    }
  }
  return options.require_complete && !record.complete() ? ExitCode::incomplete : ExitCode::ok;
}

template <class Record>
std::string copy_line(const Record& record) {
  return record.is_compressed_copy() ? "a compressed copy, for reading: `harsanyi export` made it\n" : "";
}

ExitCode inspect_cube(const InspectOptions& options) {
  const DividendCube cube = DividendCube::open(options.file);
  const CubeDescription& description = cube.description();
  const SweepPlan& plan = description.plan;
  std::cout << fmt::format("dividend cube: {} layers x {} samples x {} coalitions ({} players)\n",
                           plan.shape.layers, plan.shape.samples(), plan.shape.coalitions(),
                           plan.shape.players)
            << copy_line(cube) << units_line(cube) << samples_line(cube);
  if (const auto profile = cube.profile()) std::cout << '\n' << profile_text(*profile) << '\n';
  show_facts({.cubes = {&description}});
  return verdict(options, cube, repair_hint(description.provenance, "sweep", "repair"));
}

ExitCode inspect_results(const InspectOptions& options) {
  const ResultsFile results = ResultsFile::open(options.file);
  const ResultsDescription& description = results.description();
  std::cout << fmt::format("evaluation results: methods {}\n", fmt::join(description.methods, ", "));
  for (const ResultsTable& table : description.tables)
    std::cout << fmt::format("  {} on {}: {} items, labels {}\n", table.benchmark, table.model,
                             table.items.size(), fmt::join(table.labels, ","));
  std::cout << copy_line(results) << units_line(results.done(), results.complete());
  show_facts({.results = {&description}});
  return verdict(options, results, repair_hint(description.provenance, "evaluate", "repair results"));
}

ExitCode inspect_groups(const InspectOptions& options) {
  const SalientGroups groups = read_groups(options.file);
  std::cout << to_plain_text(groups_table(groups, {}));
  show_facts({.groups = {&groups}});
  return ExitCode::ok;
}

}  // namespace

ExitCode run_inspect(const InspectOptions& options, const Invocation&) {
  require_harmless(options.file);
  switch (kind_of(options.file)) {
    case FileKind::cube:
      return inspect_cube(options);
    case FileKind::results:
      return inspect_results(options);
    case FileKind::groups:
      return inspect_groups(options);
    case FileKind::forward:
      break;
  }
  std::cout << "output of `harsanyi forward`: open it with h5py, or harsanyi_analysis.open_forward\n";
  return ExitCode::ok;
}

}  // namespace harsanyi
