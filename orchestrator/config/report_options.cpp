#include "orchestrator/config/report_options.hpp"

#include "partition/base/error.hpp"

namespace harsanyi {

void describe(OptionSet& set, ReportOptions& options) {
  set.begin_group("Input");
  set.add({"cube", "FILE", "dividend cube, for the dividend map and the sorted dividends"}, options.cubes);
  set.add({"groups", "FILE", "groups file, for the salient heads"}, options.groups);
  set.add({"results", "FILE", "results file, for accuracy and paired tests"}, options.results);
  set.add({"attention-before", "FILE", "output of `forward --attention`, unmodified model"},
          options.attention_before);
  set.add({"attention-after", "FILE", "the same prompt, calibrated"}, options.attention_after);

  set.begin_group("Output");
  set.add({"out", "DIR", "folder for index.html, tables and figures"}, options.out);
  set.add_switch("overwrite", "replace the files of an existing report", options.overwrite);
  set.add({"python", "EXE", "interpreter that has the package harsanyi_analysis"}, options.python);
}

void check(const ReportOptions& options) {
  if (options.cubes.empty() && options.results.empty())
    throw ConfigError{"'report' needs --cube or --results, or both: there is nothing to report on"};
  if (options.attention_before.empty() != options.attention_after.empty())
    throw ConfigError{"--attention-before and --attention-after belong together; give both or none"};
}

}  // namespace harsanyi
