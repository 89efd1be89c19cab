#include "worker/parallel/nccl/stream_marks.hpp"

#include "worker/parallel/nccl/cuda_calls.hpp"

namespace harsanyi {

StreamMarks::StreamMarks() {
  for (cudaEvent_t& event : events_)
    check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
}

StreamMarks::~StreamMarks() {
  for (cudaEvent_t event : events_) static_cast<void>(cudaEventDestroy(event));
}

void StreamMarks::set() {
  check_cuda(cudaEventRecord(events_[set_ % kRoom], nullptr), "cudaEventRecord");
  ++set_;
}

bool StreamMarks::advanced() {
  const std::size_t before = passed_;
  while (!empty()) {
    const cudaError_t result = cudaEventQuery(events_[passed_ % kRoom]);
    if (result == cudaErrorNotReady) break;
    check_cuda(result, "work on the GPU");
    ++passed_;
  }
  return passed_ != before;
}

}  // namespace harsanyi
