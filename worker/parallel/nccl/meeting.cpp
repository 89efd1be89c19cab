#include "worker/parallel/nccl/meeting.hpp"

#include <array>
#include <cstring>
#include <exception>
#include <vector>

#include "partition/base/fixed_text.hpp"
#include "worker/parallel/nccl/cuda_calls.hpp"

namespace harsanyi {
namespace {

/// What a rank tells the others before they meet.
struct Card {
  FixedText<512> refusal{};     ///< why this rank cannot come
  FixedText<64> version{};      ///< of NCCL
  FixedText<256> gpu{};         ///< its name
  std::array<char, 16> uuid{};  ///< of the GPU, in the world
  NcclCommunicator::Id id{};    ///< of rank 0
};

void require_gpu(int device) {
  int count = 0;
  const cudaError_t result = cudaGetDeviceCount(&count);
  if (result != cudaSuccess) throw ConfigError{fmt::format("sees no GPU ({})", cudaGetErrorString(result))};
  if (device < 0 || device >= count)
    throw ConfigError{fmt::format("sees {} GPUs and is to use number {}", count, device)};
}

Card own_card(const WorkerGroup& group, int device) {
  Card card;
  try {
    require_gpu(device);
    check_cuda(cudaSetDevice(device), "cudaSetDevice");
    cudaDeviceProp gpu{};
    check_cuda(cudaGetDeviceProperties(&gpu, device), "cudaGetDeviceProperties");
    card.gpu = FixedText<256>{gpu.name};
    static_assert(sizeof gpu.uuid == sizeof card.uuid);
    std::memcpy(card.uuid.data(), &gpu.uuid, sizeof gpu.uuid);
    card.version = FixedText<64>{NcclCommunicator::version()};
    if (group.rank() == 0) card.id = NcclCommunicator::new_id();
  } catch (const std::exception& e) {
    card.refusal = FixedText<512>{e.what()};
  }
  return card;
}

void require_no_refusal(const std::vector<Card>& all) {
  for (std::size_t r = 0; r < all.size(); ++r)
    if (!all[r].refusal.empty())
      throw ConfigError{
          fmt::format("tensor parallelism on GPUs needs one for each rank of a worker group, but rank {} of "
                      "the group {}; start as many ranks per node as it has GPUs, or choose --device cpu",
                      r, all[r].refusal.c_str())};
}

void require_own_gpus(const std::vector<Card>& all) {
  for (std::size_t r = 0; r < all.size(); ++r)
    for (std::size_t s = 0; s < r; ++s)
      if (all[r].uuid == all[s].uuid)
        throw ConfigError{fmt::format(
            "ranks {} and {} of a worker group share one GPU ({}), and tensor parallelism needs one for "
            "each; "
            "start at most as many ranks per node as it has GPUs, with --gpus-per-task=1 or where each rank "
            "sees them all, or choose --device cpu",
            s, r, all[r].gpu.c_str())};
}

void require_one_version(const std::vector<Card>& all) {
  for (std::size_t r = 1; r < all.size(); ++r)
    if (all[r].version != all.front().version)
      throw ConfigError{
          fmt::format("rank 0 of a worker group has NCCL {}, rank {} has {}; use the same build and the same "
                      "libraries on all nodes",
                      all.front().version.c_str(), r, all[r].version.c_str())};
}

}  // namespace

std::unique_ptr<NcclCommunicator> connected_gpus(WorkerGroup& group, int device) {
  fix_nccl_mode();
  const std::vector<Card> all = gather_one(group, own_card(group, device));
  require_no_refusal(all);
  require_own_gpus(all);
  require_one_version(all);
  return std::make_unique<NcclCommunicator>(all.front().id, group);
}

}  // namespace harsanyi
