#include "orchestrator/config/doctor_options.hpp"

#include "orchestrator/config/model_options.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {

void describe(OptionSet& set, DoctorOptions& options) {
  set.begin_group("Options");
  set.add_switch("json", "write JSON instead of a table", options.json);
  set.add({"folder", "DIR", "folder that cubes will be written to"}, options.folder);
  set.add({"model", "DIR", "Hugging Face folder to look at too"}, options.model);
  describe_verify(set, options.verify);
  set.add({"python", "EXE", "Python interpreter for `report`"}, options.python);
}

void check(const DoctorOptions& options) {
  if (options.verify && options.model.empty())
    throw ConfigError{"--verify needs --model DIR, the folder whose files are compared"};
}

}  // namespace harsanyi
