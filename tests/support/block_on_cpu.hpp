#pragma once

// CUDA's words for a block of threads on the CPU, so that a test can include kernels and run them without a
// GPU. The threads of a block take turns on one thread of the CPU, each until it waits for the others; blocks
// come one after the other.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include <ucontext.h>

#include "tests/support/bfloat16.hpp"

#define __device__
#define __global__
#define __launch_bounds__(threads)
#define __shared__ static

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct __nv_bfloat16 {
  std::uint16_t bits;
};

inline __nv_bfloat16 __float2bfloat16_rn(float x) {
  return {harsanyi::test::bfloat16_bits(x)};
}
inline float __bfloat162float(__nv_bfloat16 x) {
  return harsanyi::test::from_bfloat16(x.bits);
}

using std::max;
using std::min;

inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace harsanyi::test {

/// The threads of one block.
class BlockOnCpu {
 public:
  /// Runs a kernel for every thread of the block whose place is in blockIdx.
  void run(const std::function<void()>& kernel) {
    kernel_ = &kernel;
    const std::size_t count = std::size_t{blockDim.x} * blockDim.y;
    threads_.resize(count);
    for (std::size_t i = 0; i < count; ++i) prepare(i);
    running_ = this;
    for (bool some = true; some;) {
      some = false;
      for (std::size_t i = 0; i < count; ++i)
        if (threads_[i].state == State::ready) {
          resume(i);
          some = true;
        }
      some = release() || some;
    }
    for (const Thread& thread : threads_)
      if (thread.state != State::done)
        throw std::logic_error{"threads of a block wait for each other without end"};
  }

  static void wait_for_block() { running_->yield(State::at_block); }
  static float exchanged(float x, unsigned distance) {
    Thread& own = running_->threads_[running_->current_];
    own.value = x;
    running_->yield(State::at_warp);
    return running_->threads_[running_->current_ ^ distance].seen;
  }

 private:
  enum class State { ready, at_block, at_warp, done };
  struct Thread {
    ucontext_t context{};
    std::vector<std::byte> stack = std::vector<std::byte>(64 * 1024);
    State state = State::ready;
    float value = 0.0F;  ///< what it gives the others of its warp
    float seen = 0.0F;   ///< the same, once all have given theirs
  };
  static constexpr std::size_t kWarp = 32;

  void prepare(std::size_t i) {
    Thread& thread = threads_[i];
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.data();
    thread.context.uc_stack.ss_size = thread.stack.size();
    thread.context.uc_link = &scheduler_;
    thread.state = State::ready;
    makecontext(&thread.context, &BlockOnCpu::begin, 0);
  }
  static void begin() {
    (*running_->kernel_)();
    running_->threads_[running_->current_].state = State::done;
  }
  void resume(std::size_t i) {
    current_ = i;
    threadIdx = {static_cast<unsigned>(i % blockDim.x), static_cast<unsigned>(i / blockDim.x), 0};
    swapcontext(&scheduler_, &threads_[i].context);
  }
  void yield(State state) {
    Thread& own = threads_[current_];
    own.state = state;
    swapcontext(&own.context, &scheduler_);
  }
  /// Lets those go on whose warp, or whose block, has come. Threads that have ended are waited for by nobody.
  bool release() {
    bool some = false;
    for (std::size_t first = 0; first < threads_.size(); first += kWarp)
      some = release(first, std::min(first + kWarp, threads_.size()), State::at_warp) || some;
    return some || release(0, threads_.size(), State::at_block);
  }
  bool release(std::size_t first, std::size_t last, State waiting) {
    bool some = false;
    for (std::size_t i = first; i < last; ++i) {
      if (threads_[i].state != waiting && threads_[i].state != State::done) return false;
      some = some || threads_[i].state == waiting;
    }
    for (std::size_t i = first; i < last; ++i) {
      threads_[i].seen = threads_[i].value;
      if (threads_[i].state == waiting) threads_[i].state = State::ready;
    }
    return some;
  }

  inline static BlockOnCpu* running_ = nullptr;
  const std::function<void()>* kernel_ = nullptr;
  ucontext_t scheduler_{};
  std::vector<Thread> threads_;
  std::size_t current_ = 0;
};

/// What <<<grid, block>>> does with a kernel of these arguments.
template <class Kernel, class... Arguments>
void launch(dim3 grid, dim3 block, Kernel kernel, const Arguments&... arguments) {
  static BlockOnCpu on_cpu;
  gridDim = grid;
  blockDim = block;
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, z};
        on_cpu.run([&] { kernel(arguments...); });
      }
}

}  // namespace harsanyi::test

inline void __syncthreads() {
  harsanyi::test::BlockOnCpu::wait_for_block();
}
inline float __shfl_xor_sync(unsigned /*mask*/, float x, int distance) {
  return harsanyi::test::BlockOnCpu::exchanged(x, static_cast<unsigned>(distance));
}
