#include "worker/parallel/nccl/meeting.hpp"

#include <array>
#include <cstring>
#include <exception>
#include <vector>

#include "worker/parallel/nccl/cuda_calls.hpp"

namespace harsanyi {
namespace {

/// What a rank tells the others before they meet.
struct Card {
  std::array<char, 512> refusal{};  ///< why this rank cannot come
  std::array<char, 64> version{};   ///< of NCCL
  std::array<char, 256> gpu{};      ///< its name
  std::array<char, 16> uuid{};      ///< of the GPU, in the world
  NcclCommunicator::Id id{};        ///< of rank 0
};

template <std::size_t size>
void write(std::array<char, size>& place, const std::string& text) {
  std::strncpy(place.data(), text.c_str(), size - 1);
}

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
    write(card.gpu, gpu.name);
    static_assert(sizeof gpu.uuid == sizeof card.uuid);
    std::memcpy(card.uuid.data(), &gpu.uuid, sizeof gpu.uuid);
    write(card.version, NcclCommunicator::version());
    if (group.rank() == 0) card.id = NcclCommunicator::new_id();
  } catch (const std::exception& e) {
    write(card.refusal, e.what());
  }
  return card;
}

std::vector<Card> cards(WorkerGroup& group, const Card& own) {
  const std::vector<std::byte> bytes = group.gather(std::as_bytes(std::span{&own, 1}));
  std::vector<Card> all(static_cast<std::size_t>(group.size()));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

void require_no_refusal(const std::vector<Card>& all) {
  for (std::size_t r = 0; r < all.size(); ++r)
    if (all[r].refusal.front() != '\0')
      throw ConfigError{
          fmt::format("tensor parallelism on GPUs needs one for each rank of a worker group, but rank {} of "
                      "the group {}; start as many ranks per node as it has GPUs, or choose --device cpu",
                      r, all[r].refusal.data())};
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
            s, r, all[r].gpu.data())};
}

void require_one_version(const std::vector<Card>& all) {
  for (std::size_t r = 1; r < all.size(); ++r)
    if (all[r].version != all.front().version)
      throw ConfigError{
          fmt::format("rank 0 of a worker group has NCCL {}, rank {} has {}; use the same build and the same "
                      "libraries on all nodes",
                      all.front().version.data(), r, all[r].version.data())};
}

}  // namespace

std::unique_ptr<NcclCommunicator> connected_gpus(WorkerGroup& group, int device) {
  fix_nccl_mode();
  const std::vector<Card> all = cards(group, own_card(group, device));
  require_no_refusal(all);
  require_own_gpus(all);
  require_one_version(all);
  return std::make_unique<NcclCommunicator>(all.front().id, group);
}

}  // namespace harsanyi
