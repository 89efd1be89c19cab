#include "orchestrator/config/doctor_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, DoctorOptions& options) {
  set.begin_group("Options");
  set.add_switch("json", "write JSON instead of a table", options.json);
  set.add({"folder", "DIR", "folder that cubes will be written to"}, options.folder);
  set.add({"python", "EXE", "Python interpreter for `report`"}, options.python);
}

}  // namespace harsanyi
