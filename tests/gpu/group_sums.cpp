// Times sums over the ranks of this job, which are one worker group: mpirun -n 4 group_sums cpu|gpu.
// Sums of integers are exact in any order, so every entry is checked.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#ifdef HARSANYI_CUDA
#include <cuda_runtime_api.h>
#endif

#include "partition/base/error.hpp"
#include "worker/comm/mpi/mpi_world.hpp"
#include "worker/parallel/nccl_module.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

constexpr std::chrono::minutes kLimit{1};
constexpr int kRounds = 20;

/// How one kind of memory is filled, summed and read.
struct Memory {
  std::function<void(std::span<const float>)> fill;
  std::function<void(std::size_t)> sum;
  std::function<void()> wait;
  std::function<void(std::span<float>)> read;
};

std::vector<float> entries(std::size_t count, int factor) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>((i % 1000 + 1) * factor);
  return values;
}

/// Seconds of one sum. @throws CommError  if an entry is wrong
double seconds_of_sum(LinkedGroup& group, const Memory& memory, std::size_t count) {
  memory.fill(entries(count, group.rank() + 1));
  memory.sum(count);
  memory.wait();
  std::vector<float> sums(count);
  memory.read(sums);
  if (sums != entries(count, group.size() * (group.size() + 1) / 2))
    throw CommError{fmt::format("a sum of {} floats is wrong", count)};
  memory.fill(std::vector<float>(count));
  static_cast<void>(group.gather(std::as_bytes(std::span{"go", 2})));
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < kRounds; ++round) memory.sum(count);
  memory.wait();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / kRounds;
}

void time_sums(LinkedGroup& group, std::string_view device, const Memory& memory) {
  if (group.rank() == 0) fmt::print("device  ranks      MB        ms   GB/s of a rank, out and in\n");
  for (const std::size_t megabytes : {1, 4, 16, 64}) {
    const std::size_t bytes = megabytes * 1000000;
    const double seconds = seconds_of_sum(group, memory, bytes / sizeof(float));
    const double moved = 2.0 * static_cast<double>(bytes) * (group.size() - 1) / group.size();
    if (group.rank() == 0)
      fmt::print("{:6}  {:5}  {:6}  {:8.3f}  {:8.2f}\n", device, group.size(), megabytes, seconds * 1e3,
                 moved / seconds / 1e9);
  }
}

void on_cpu(LinkedGroup& group) {
  std::vector<float> values;
  time_sums(group, "cpu",
            {.fill = [&](std::span<const float> from) { values.assign(from.begin(), from.end()); },
             .sum = [&](std::size_t) { group.sum(values); },
             .wait = [] {},
             .read = [&](std::span<float> to) { std::copy(values.begin(), values.end(), to.begin()); }});
}

#ifdef HARSANYI_CUDA
void check(cudaError_t result) {
  if (result != cudaSuccess) throw CommError{cudaGetErrorString(result)};
}

void on_gpu(LinkedGroup& group, int gpu) {
  int seen = 0;
  if (cudaGetDeviceCount(&seen) == cudaSuccess && seen > 0) gpu %= seen;  // as worker/model/device
  const auto sums = NcclModule{HARSANYI_LIBRARY_FOLDER}.sums(group, gpu);
  void* memory = nullptr;
  check(cudaMalloc(&memory, 64000000));
  auto* values = static_cast<float*>(memory);
  time_sums(group, "gpu",
            {.fill =
                 [&](std::span<const float> from) {
                   check(cudaMemcpy(values, from.data(), from.size_bytes(), cudaMemcpyHostToDevice));
                 },
             .sum = [&](std::size_t count) { sums->sum(values, static_cast<std::int64_t>(count)); },
             .wait = [&] { sums->wait(); },
             .read =
                 [&](std::span<float> to) {
                   check(cudaMemcpy(to.data(), values, to.size_bytes(), cudaMemcpyDeviceToHost));
                 }});
  static_cast<void>(cudaFree(memory));
}
#else
void on_gpu(LinkedGroup&, int) {
  throw ConfigError{"this program was built without CUDA and NCCL"};
}
#endif

}  // namespace
}  // namespace harsanyi

int main(int argc, char** argv) {
  using namespace harsanyi;
  MpiWorld world{kLimit};
  try {
    LinkedGroup group{world.group_link(0), kLimit};
    if (argc == 2 && std::string_view{argv[1]} == "gpu")
      on_gpu(group, world.rank_on_this_node());
    else
      on_cpu(group);
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "error: rank {}: {}\n", world.communicator().rank().value, error.what());
    return 1;
  }
}
