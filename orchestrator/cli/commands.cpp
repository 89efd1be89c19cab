#include "orchestrator/cli/commands.hpp"

namespace harsanyi {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      make_command<DoctorOptions>("doctor", "say what this machine and build can do, and what to change",
                                  "mpirun -n 2 harsanyi doctor",
                                  "Under mpirun or srun it also shows how the ranks are bound to cores.",
                                  run_doctor),
  };
  return all;
}

}  // namespace harsanyi
