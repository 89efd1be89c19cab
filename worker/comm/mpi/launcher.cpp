#include <array>
#include <cstdlib>

#include "worker/comm/mpi/mpi_world.hpp"

namespace harsanyi {

bool started_by_mpi_launcher() {
  // Open MPI's mpirun, launchers that speak PMIx (srun --mpi=pmix), PMI-1/2 (MPICH, srun --mpi=pmi2).
  // SLURM_PROCID alone says nothing: a batch script has it too.
  constexpr std::array marks{"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  for (const char* mark : marks)
    if (std::getenv(mark) != nullptr) return true;
  return std::getenv("SLURM_STEP_ID") != nullptr && std::getenv("SLURM_PROCID") != nullptr;
}

}  // namespace harsanyi
