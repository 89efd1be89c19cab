#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "worker/parallel/worker_group.hpp"

struct ncclComm;

namespace harsanyi {

/// NCCL's communicator of a worker group, on the GPU that is current. Non-blocking: a call waits no longer
/// than the group's limit, and not at all once another rank has given up. `abort` lets the GPU go on from
/// what waits for other ranks. Not thread safe.
class NcclCommunicator {
 public:
  using Id = std::array<std::byte, 128>;

  /// What makes several ranks find each other; of one rank, for all. @throws CommError
  [[nodiscard]] static Id new_id();
  /// "2.28.9"
  [[nodiscard]] static std::string version();

  /// Collective: all ranks of the group with the same id. @param group  outlives this
  /// @throws CommError  if the ranks do not come together in time; InterruptedGroupError
  NcclCommunicator(const Id& id, WorkerGroup& group);
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;
  /// Lets the other ranks have what they need of this one, within a few seconds.
  ~NcclCommunicator();

  /// Into the default stream; returns once it is there. @param values  in device memory
  /// @throws CommError, InterruptedGroupError
  void start_sum(float* values, std::size_t count);
  /// @throws CommError  if something went wrong since
  void require_no_error();
  /// Gives up what is under way, here alone. Nothing else may be called then.
  void abort() noexcept;

 private:
  // `result` is an ncclResult_t.
  void finish(int result, const char* what);
  void say_goodbye();
  [[nodiscard]] std::string words(int result, const char* what) const;

  ncclComm* comm_ = nullptr;
  WorkerGroup& group_;
};

/// Before NCCL's first call: one algorithm and one protocol, with which sums have the same bits in every run
/// on the same GPUs (docs/decisions/nccl.md). What the user sets stands.
void fix_nccl_mode();

/// "NCCL 2.28.9, Ring, Simple"
[[nodiscard]] std::string nccl_description();

}  // namespace harsanyi
