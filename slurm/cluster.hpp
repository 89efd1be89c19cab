#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// How a job asks for its GPUs; sites differ in what they allow.
enum class GpuRequest {
  per_task,  ///< --gpus-per-task=1: Slurm gives each rank its own
  gres,      ///< --gres=gpu:N for the node, and srun --gpu-bind=single:1
};

template <>
struct EnumNames<GpuRequest> {
  static constexpr std::string_view kind = "way to ask for GPUs";
  static constexpr std::array names{std::pair{GpuRequest::per_task, std::string_view{"per_task"}},
                                    std::pair{GpuRequest::gres, std::string_view{"gres"}}};
};

/// What a site has and wants (configs/clusters/). Empty texts are left out of scripts.
struct Cluster {
  std::string partition{};
  std::string account{};
  std::string qos{};
  int cores_per_node = 1;
  double memory_gb_per_node = 0.0;  ///< 10^9 bytes that a job may ask for; 0: jobs ask for no memory
  int gpus_per_node = 0;
  std::string gpu_type{};  ///< as in --gres=gpu:TYPE:N
  GpuRequest gpu_request = GpuRequest::per_task;
  double gflops_per_rank = 100.0;  ///< 10^9 operations per second, for estimates of time
  int longest_minutes = 1440;      ///< of a job
  int signal_seconds = 300;        ///< before the time limit, when ranks are told to finish their units
  int most_restarts = 100;         ///< of a job by itself
  std::string mpi = "pmix";        ///< srun --mpi
  std::string cpu_bind = "cores";  ///< srun --cpu-bind
  std::string container{};  ///< command in front of `harsanyi`, such as "apptainer exec --nv image.sif"
  std::vector<std::string> setup{};   ///< shell lines such as "module load openmpi"
  std::vector<std::string> sbatch{};  ///< further options of sbatch, such as "--constraint=a100"
};

}  // namespace harsanyi
