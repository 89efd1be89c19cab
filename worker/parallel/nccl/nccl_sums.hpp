#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "worker/parallel/device_sums.hpp"
#include "worker/parallel/nccl/nccl_communicator.hpp"
#include "worker/parallel/nccl/stream_marks.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// Sums by NCCL in the default stream of a GPU, where libtorch's operators run. A sum that fails, or without
/// any progress within the group's limit, is aborted, and the group computes no more. After an interruption
/// of the group the ranks meet anew.
class NcclSums final : public DeviceSums {
 public:
  /// Collective. The GPU is the calling thread's current one from then on; calls come from this thread.
  /// @param group  outlives this  @throws as connected_gpus
  NcclSums(WorkerGroup& group, int device);
  ~NcclSums() override;

  void sum(float* values, std::int64_t count) override;
  void wait() override;
  [[nodiscard]] std::string description() const override { return nccl_description(); }

 private:
  void meet();
  void leave_after_interruption();
  template <class Done>
  void await(const Done& done);
  void look();
  [[nodiscard]] bool is_connected();
  void look_after();
  void drop() noexcept;
  void break_up(const std::string& reason);
  void watch(const std::stop_token& stop);

  WorkerGroup& group_;
  int device_;
  std::mutex mutex_;                        ///< of all below
  std::unique_ptr<NcclCommunicator> comm_;  ///< null after an abort
  std::unique_ptr<StreamMarks> sums_;       ///< a mark after each
  std::chrono::steady_clock::time_point progress_;
  int interruptions_ = 0;  ///< of the group, when its ranks met
  std::string broken_;     ///< why, once it is
  std::condition_variable_any woken_;
  std::jthread watchdog_;
};

}  // namespace harsanyi
