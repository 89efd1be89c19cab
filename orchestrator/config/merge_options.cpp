#include "orchestrator/config/merge_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, MergeOptions& options) {
  set.begin_group("Files");
  set.add({"out", "OUT", "file to write; also the first argument without a name"}, options.out);
  set.add({"part", "PART", "cube, or results file, to join; also the further arguments without a name"},
          options.parts);
  set.set_positional({"out", "part"});
  set.require("out");
  set.require("part");
  set.add_switch("overwrite", "replace an existing file", options.overwrite);
  set.add_switch(
      "allow-gaps",
      "join although some units are in no part; the file is then unfinished, and the command that made "
      "the parts continues it",
      options.allow_gaps);
}

}  // namespace harsanyi
