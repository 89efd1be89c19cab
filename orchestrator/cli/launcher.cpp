#include "orchestrator/cli/launcher.hpp"

#include <array>

#include <fmt/format.h>

#include "orchestrator/run/environment.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

struct Variables {
  const char* launcher;
  const char* rank;
  const char* ranks;
};

// Open MPI's own launcher first: under srun both it and Slurm set theirs. SLURM_PROCID alone is also set in
// the batch script itself, where SLURM_STEP_NUM_TASKS is not.
constexpr std::array kLaunchers{Variables{"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                Variables{"Slurm", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
                                Variables{"PMI", "PMI_RANK", "PMI_SIZE"}};

}  // namespace

std::optional<LaunchInfo> launch_info() {
  for (const Variables& names : kLaunchers) {
    const auto rank = number_in_environment(names.rank);
    const auto ranks = number_in_environment(names.ranks);
    if (rank && ranks) return LaunchInfo{names.launcher, *rank, *ranks};
  }
  return std::nullopt;
}

void require_one_process(std::string_view command) {
  const auto launch = launch_info();
  if (!launch || launch->ranks == 1) return;
  throw ConfigError{fmt::format(
      "'{}' is the work of one process, and {} has started {} of them; call it without mpirun or srun",
      command, launch->launcher, launch->ranks)};
}

}  // namespace harsanyi
