#include "orchestrator/config/log_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, LogOptions& options) {
  set.begin_group("Log (docs/running.md)");
  set.add({"log-format", "FORMAT",
           "of the lines on standard error and in the file; json: an object a line, and no "
           "progress bar"},
          options.format);
  set.add({"log-level", "LEVEL", "least level of the lines that are written"}, options.level);
  set.add({"log-file", "FILE",
           "append the lines to FILE too; with {rank} in its name every rank has a file of its own"},
          options.file);
}

}  // namespace harsanyi
