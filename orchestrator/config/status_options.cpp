#include "orchestrator/config/status_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, StatusOptions& options) {
  set.begin_group("Input");
  set.add({"file", "FILE", "cube or results file that a run writes; also the argument without a name"},
          options.file);
  set.set_positional({"file"});
  set.require("file");
  set.begin_group("Output");
  set.add_switch("json", "write the status as JSON, for scripts and monitoring", options.json);
}

}  // namespace harsanyi
