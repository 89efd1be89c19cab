#include "orchestrator/cli/launcher.hpp"

#include <array>

#include "orchestrator/run/environment.hpp"

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

}  // namespace harsanyi
