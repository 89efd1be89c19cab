#pragma once

// CUDA's runtime and NCCL as far as worker/parallel/nccl calls them, in host memory: linked in place of the
// libraries, so that its waiting, aborting and meeting anew run on machines without a GPU. Ranks are threads.
// A sum is done once all ranks of its communicator have come, and then in their order; a rank that does not
// come leaves the others' GPUs waiting. What NCCL and CUDA do on real GPUs it does not show: tests/gpu does.

namespace harsanyi::test {

/// @param count     that every rank sees  @param distinct  false: all are one GPU under several numbers
void set_gpus(int count, bool distinct = true);

/// The next sum of any rank fails with an error that NCCL reports later.
void fail_next_sum();

/// Communicators never come together from now on.
void let_no_ranks_meet();

/// Communicators made and ended so far, the aborted among the latter.
struct Count {
  int made = 0;
  int destroyed = 0;
  int aborted = 0;
};
[[nodiscard]] Count communicators();

}  // namespace harsanyi::test
