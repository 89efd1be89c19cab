#include "orchestrator/config/inspect_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, InspectOptions& options) {
  set.begin_group("Input");
  set.add({"file", "FILE", "cube, groups or results file; also the argument without a name"}, options.file);
  set.set_positional({"file"});
  set.require("file");
  set.add_switch("require-complete", "end with exit code 5 if the file is unfinished",
                 options.require_complete);
  set.add_switch("verify", "read every unit and compare it with its checksum", options.verify);
}

}  // namespace harsanyi
