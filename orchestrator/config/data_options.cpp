#include "orchestrator/config/data_options.hpp"

#include <set>

#include <fmt/format.h>

#include "orchestrator/config/shipped_files.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {

std::filesystem::path benchmark_table_folder(const std::filesystem::path& named) {
  if (!named.empty()) return named;
  return shipped_folder("benchmarks");
}

void describe(OptionSet& set, DataOptions& options) {
  set.begin_group("Data");
  set.add({"benchmark", "NAME", "entry of the benchmark table, e.g. sst2"}, options.benchmarks);
  set.require("benchmark");
  set.add({"data", "DIR", "folder of the rows: DIR/<benchmark's folder>/<split>.jsonl"}, options.data);
  set.add({"benchmark-table", "DIR",
           "folder of the prompt table, one JSON file per benchmark; without it: the one that comes with "
           "harsanyi"},
          options.benchmark_table);
  set.add(
      {"calibration-rows", "FILE", "JSON-lines file instead of the calibration split (one benchmark only)"},
      options.calibration_rows);
  set.add(
      {"hold-out", "N",
       "where a benchmark has no calibration file, take N rows of the scored split, drawn by --seed, for it; "
       "they are never scored; 0: a missing file is an error"},
      options.hold_out, at_least(0));
  set.add({"long-rows", "RULE", "what to do with prompts longer than the model's positions"},
          options.long_rows);
  set.add_switch("strip-trailing-space",
                 "take the blanks off the end of every prompt (the release keeps them)",
                 options.strip_trailing_space);
  set.add({"letters", "RULE", "token that stands for an option's letter in the value function"},
          options.letters);
}

void check(const DataOptions& options) {
  std::set<std::string> seen;
  for (const std::string& name : options.benchmarks)
    if (!seen.insert(name).second) throw ConfigError{fmt::format("--benchmark {} is given twice", name)};
  if (options.benchmarks.size() > 1 && !options.calibration_rows.empty())
    throw ConfigError{
        fmt::format("--calibration-rows {} replaces the rows of one benchmark, but {} are named; "
                    "name one, or put the rows into the --data folder",
                    options.calibration_rows.string(), options.benchmarks.size())};
}

}  // namespace harsanyi
