#include "orchestrator/config/export_options.hpp"

#include "partition/base/error.hpp"

namespace harsanyi {

void describe(OptionSet& set, ExportOptions& options) {
  set.begin_group("Files");
  set.add({"file", "FILE", "cube or results file; also the first argument without a name"}, options.file);
  set.add({"out", "OUT", "file to write; also the second argument without a name"}, options.out);
  set.set_positional({"file", "out"});
  set.require("file");
  set.require("out");
  set.add_switch("overwrite", "replace an existing file", options.overwrite);

  set.begin_group("Form");
  set.add({"format", "FORMAT",
           "hdf5: a compressed copy, which opens wherever the original does, but is never continued. csv: a "
           "table for pandas, polars, R"},
          options.format);
  set.add(
      {"table", "TABLE",
       "of csv. A cube has values (default; a row per layer, sample and coalition), means (per layer and "
       "coalition) and samples; a results file has answers (default; a row per item and method) and scores "
       "(per item, method and label)"},
      options.table);
}

void check(const ExportOptions& options) {
  if (options.table && options.format != ExportFormat::csv)
    throw ConfigError{"--table chooses a table of --format csv, and is of no use with another format"};
}

}  // namespace harsanyi
