#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "orchestrator/cli/doctor/finding.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "worker/model/compute_type.hpp"

// What the doctor looks at. Facts come in as arguments where a test must be able to choose them.

namespace harsanyi {

[[nodiscard]] Finding check_build();

/// Cores and the threads that fit.
struct CoreFacts {
  int online = 0;                    ///< of the node
  int usable = 0;                    ///< by this process: sched_getaffinity
  std::optional<double> quota = {};  ///< cores' worth of time that the container allows (cgroup v2)
};
[[nodiscard]] CoreFacts core_facts();
[[nodiscard]] Finding check_cores(const CoreFacts& cores);
/// One core per rank is what mpirun binds by default, and leaves all but one thread without a core.
[[nodiscard]] Finding check_binding(const CoreFacts& cores, const std::optional<LaunchInfo>& launch);
/// OMP_NUM_THREADS and its like, which would overrule --threads.
[[nodiscard]] Finding check_thread_variables();

[[nodiscard]] Finding check_memory();
/// @param folder  where cubes will be written
[[nodiscard]] Finding check_disk(const std::filesystem::path& folder);

/// @param library  version text of the MPI library
[[nodiscard]] Findings check_mpi(const std::string& library, const std::optional<LaunchInfo>& launch);
[[nodiscard]] Finding check_hdf5();
/// @param describe  loads the engine library and returns its description; throws std::exception if it cannot
[[nodiscard]] Finding check_engine(const std::function<std::string()>& describe);
/// Which compute types are fast here, by measuring matrix products.
/// @param speed  operations per second of a type; throws std::exception if it cannot be measured
[[nodiscard]] Finding check_compute_types(const std::function<double(ComputeType)>& speed);
/// The files of a model: their headers fit together, and, with `verify`, their content has its SHA-256.
[[nodiscard]] Finding check_model(const std::filesystem::path& folder, bool verify);
[[nodiscard]] Finding check_gpu();
/// @param folder  of the engine library
[[nodiscard]] Finding check_gpu_kernels(const std::filesystem::path& folder);
/// What worker groups on GPUs need. @param folder  of the engine library
[[nodiscard]] Finding check_nccl(const std::filesystem::path& folder);
[[nodiscard]] Finding check_python(const std::filesystem::path& python);

}  // namespace harsanyi
