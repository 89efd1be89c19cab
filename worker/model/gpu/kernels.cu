#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "worker/model/gpu/kernels.hpp"

namespace harsanyi::gpu {
namespace {

__device__ unsigned char* shared_memory() {
  extern __shared__ __align__(16) unsigned char memory[];
  return memory;
}

}  // namespace
}  // namespace harsanyi::gpu

#include "worker/model/gpu/kernels.cuh"

namespace harsanyi::gpu {
namespace {

const char* reason_of(cudaError_t error) {
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

const char* launched() {
  return reason_of(cudaGetLastError());
}

/// Blocks that share out some items of work, enough to fill any GPU.
unsigned blocks_for(std::int64_t items) {
  constexpr std::int64_t kMost = 8192;
  const std::int64_t blocks = (items + kThreads - 1) / kThreads;
  return static_cast<unsigned>(blocks < kMost ? blocks : kMost);
}

const char* rms_norm(int device, const float* x, const float* weight, float epsilon, std::int64_t rows,
                     int width, RowsOut out) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  if (rows == 0) return nullptr;
  if (width <= 1024) {
    constexpr int kRowsOfBlock = kThreads / 32;
    const auto blocks = static_cast<unsigned>((rows + kRowsOfBlock - 1) / kRowsOfBlock);
    rms_norm_kernel<32><<<blocks, dim3(32, kRowsOfBlock)>>>(x, weight, epsilon, rows, width, out);
  } else {
    rms_norm_kernel<kThreads>
        <<<static_cast<unsigned>(rows), dim3(kThreads, 1)>>>(x, weight, epsilon, rows, width, out);
  }
  return launched();
}

const char* split(int device, const float* x, std::int64_t rows, int width, std::uint16_t* parts) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  const std::int64_t fours = rows * width / 4;
  if (fours == 0) return nullptr;
  split_kernel<<<blocks_for(fours), kThreads>>>(x, fours, width, RowsOut{nullptr, parts});
  return launched();
}

const char* gate(int device, const float* gate, const float* up, std::int64_t rows, int width, RowsOut out) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  const std::int64_t fours = rows * width / 4;
  if (fours == 0) return nullptr;
  gate_kernel<<<blocks_for(fours), kThreads>>>(gate, up, fours, width, out);
  return launched();
}

const char* rotate(int device, float* heads, const float* cosines, const float* sines, std::int64_t copies,
                   std::int64_t rows, int count, int size) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  const std::int64_t pairs = copies * rows * count * (size / 2);
  if (pairs == 0) return nullptr;
  rotate_kernel<<<blocks_for(pairs), kThreads>>>(heads, cosines, sines, pairs, rows, count, size / 2);
  return launched();
}

template <int HeadSize, int RowsOfThread>
const char* launch_attention(const AttentionCall& call) {
  constexpr int kBytes = sizeof(Tile<HeadSize, RowsOfThread>);
  const auto kernel = attention_kernel<HeadSize, RowsOfThread>;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes))
    return reason_of(error);
  const float scale = static_cast<float>(1.0 / sqrt(static_cast<double>(call.head_size)));
  constexpr int kMostCopies = 65535;  // of a grid's third side
  for (int first = 0; first < call.copies; first += kMostCopies) {
    AttentionCall some = call;
    some.copies = call.copies - first < kMostCopies ? call.copies - first : kMostCopies;
    some.q += std::int64_t{first} * call.query_rows * call.query_heads * HeadSize;
    some.out += std::int64_t{first} * call.query_rows * call.query_heads * HeadSize;
    some.k += std::int64_t{first} * call.key_rows * call.kv_heads * HeadSize;
    some.v += std::int64_t{first} * call.key_rows * call.kv_heads * HeadSize;
    const dim3 grid(static_cast<unsigned>(call.tile_count), static_cast<unsigned>(call.kv_heads),
                    static_cast<unsigned>(some.copies));
    kernel<<<grid, kThreads, kBytes>>>(some, scale);
    if (const char* reason = launched()) return reason;
  }
  return nullptr;
}

template <int RowsOfThread>
const char* launch_attention(const AttentionCall& call) {
  switch (call.head_size) {
    case 8:
      return launch_attention<8, RowsOfThread>(call);
    case 16:
      return launch_attention<16, RowsOfThread>(call);
    case 32:
      return launch_attention<32, RowsOfThread>(call);
    case 64:
      return launch_attention<64, RowsOfThread>(call);
    case 128:
      return launch_attention<128, RowsOfThread>(call);
    default:
      return "no attention kernel is made for heads of this size";
  }
}

const char* attention(int device, const AttentionCall& call) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  if (call.tile_count == 0 || call.copies == 0) return nullptr;
  const bool few_rows = call.last_rows && call.query_heads / call.kv_heads <= kSide;
  return few_rows ? launch_attention<1>(call) : launch_attention<4>(call);
}

const char* coalition_inputs(int device, const float* present, const float* absent, const float* base,
                             const std::int64_t* coalitions, std::int64_t copies, int players,
                             std::int64_t entries, float* out) {
  if (const cudaError_t error = cudaSetDevice(device)) return reason_of(error);
  if (copies == 0 || entries == 0) return nullptr;
  coalition_inputs_kernel<<<dim3(blocks_for(entries / 4), static_cast<unsigned>(copies)), kThreads>>>(
      present, absent, base, coalitions, players, entries, out);
  return launched();
}

// ---- marks

void* new_mark(int device) {
  cudaEvent_t event = nullptr;
  if (cudaSetDevice(device) != cudaSuccess || cudaEventCreate(&event) != cudaSuccess) return nullptr;
  return event;
}

void set_mark(void* mark) {
  cudaEventRecord(static_cast<cudaEvent_t>(mark));
}

double seconds_between(void* first, void* second) {
  float milliseconds = 0.0F;
  if (cudaEventSynchronize(static_cast<cudaEvent_t>(second)) != cudaSuccess ||
      cudaEventElapsedTime(&milliseconds, static_cast<cudaEvent_t>(first),
                           static_cast<cudaEvent_t>(second)) != cudaSuccess)
    return 0.0;
  return 1e-3 * static_cast<double>(milliseconds);
}

void delete_mark(void* mark) {
  cudaEventDestroy(static_cast<cudaEvent_t>(mark));
}

constexpr Kernels kKernels{rms_norm,         split,    gate,     rotate,          attention,
                           coalition_inputs, new_mark, set_mark, seconds_between, delete_mark};

}  // namespace
}  // namespace harsanyi::gpu

/// What worker/model/gpu_kernels.cpp looks up by name after dlopen.
extern "C" __attribute__((visibility("default"))) const harsanyi::gpu::Kernels* harsanyi_gpu_kernels() {
  return &harsanyi::gpu::kKernels;
}
