#include "orchestrator/config/select_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, SelectOptions& options) {
  set.begin_group("Files");
  set.add({"cube", "FILE", "finished dividend cube to read"}, options.cube);
  set.require("cube");
  set.add({"groups", "FILE", "groups file to write"}, options.groups);
  set.add_switch("overwrite", "replace an existing groups file", options.overwrite);

  set.begin_group("Conventions");
  set.add({"rule", "RULE", "how the salient group follows from the mean dividends"}, options.rule);
  set.add({"orientation", "NAME",
           "what the members of a coalition are: unmasked (paper) or masked (released code)"},
          options.orientation);
  set.add({"zero", "RULE", "value of the empty coalition: as measured, or 0 as in the released code"},
          options.zero);
  set.add({"edited", "HEADS", "heads that calibration edits"}, options.edited);
}

}  // namespace harsanyi
