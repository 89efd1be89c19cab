#include <cstring>

#include <cuda_runtime_api.h>

#include "tests/parallel/gpus_in_memory/state.hpp"

using harsanyi::test::State;

namespace harsanyi::test {

int& current_gpu() {
  thread_local int gpu = 0;
  return gpu;
}

void set_gpus(int count, bool distinct) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  state.gpus = count;
  state.distinct = distinct;
  state.fail_next = false;
  state.no_meeting = false;
  state.count = {};
  state.last_work.clear();
}

}  // namespace harsanyi::test

struct CUevent_st {
  std::shared_ptr<harsanyi::test::StreamWork> after;
};

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  *count = state.gpus;
  return state.gpus > 0 ? cudaSuccess : cudaErrorNoDevice;
}

cudaError_t cudaSetDevice(int device) {
  harsanyi::test::current_gpu() = device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  *properties = {};
  std::strcpy(properties->name, "GPU in memory");
  properties->uuid.bytes[0] = static_cast<char>(State::get().distinct ? device + 1 : 1);
  return cudaSuccess;
}

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorNoDevice ? "no CUDA-capable device is detected" : "an error";
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  event->after = state.last_work[harsanyi::test::current_gpu()];
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  return event->after == nullptr || event->after->done ? cudaSuccess : cudaErrorNotReady;
}
}
