#include "worker/parallel/nccl/nccl_sums.hpp"

#include <exception>

#include "worker/parallel/nccl/cuda_calls.hpp"
#include "worker/parallel/nccl/meeting.hpp"
#include "worker/parallel/nccl/poll.hpp"

namespace harsanyi {

using std::chrono::steady_clock;

NcclSums::NcclSums(WorkerGroup& group, int device) : group_{group}, device_{device} {
  meet();
  sums_ = std::make_unique<StreamMarks>();
  watchdog_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
}

NcclSums::~NcclSums() {
  watchdog_.request_stop();
  watchdog_.join();
  static_cast<void>(cudaSetDevice(device_));
}

void NcclSums::sum(float* values, std::int64_t count) {
  if (count == 0) return;
  check_cuda(cudaSetDevice(device_), "cudaSetDevice");
  leave_after_interruption();
  if (!is_connected()) meet();
  await([this] { return !sums_->full(); });
  const std::lock_guard lock{mutex_};
  if (!broken_.empty()) group_.break_up(broken_);
  try {
    comm_->start_sum(values, static_cast<std::size_t>(count));
    if (sums_->empty()) progress_ = steady_clock::now();
    sums_->set();
  } catch (const InterruptedGroupError&) {
    drop();
    throw;
  } catch (const CommError& e) {
    break_up(e.what());
    group_.break_up(broken_);
  }
}

void NcclSums::wait() {
  leave_after_interruption();
  await([this] { return sums_->empty(); });
}

void NcclSums::meet() {
  const int interruptions = group_.interruptions();
  auto comm = connected_gpus(group_, device_);
  const std::lock_guard lock{mutex_};
  comm_ = std::move(comm);
  interruptions_ = interruptions;
}

/// The ranks gave up at different sums: those under way will never be complete.
void NcclSums::leave_after_interruption() {
  const std::lock_guard lock{mutex_};
  if (interruptions_ != group_.interruptions()) drop();
}

/// The host waits here and nowhere in the driver, so that it sees what the other ranks say.
template <class Done>
void NcclSums::await(const Done& done) {
  const Poll poll;
  while (true) {
    {
      const std::lock_guard lock{mutex_};
      look_after();
      if (!broken_.empty()) group_.break_up(broken_);
      if (done()) return;
    }
    look();
    poll.pause();
  }
}

void NcclSums::look() {
  try {
    group_.look();
  } catch (const CommError&) {
    const std::lock_guard lock{mutex_};
    drop();
    throw;
  }
}

bool NcclSums::is_connected() {
  const std::lock_guard lock{mutex_};
  if (!broken_.empty()) group_.break_up(broken_);
  return comm_ != nullptr;
}

/// Under the lock: notes what is done, and gives up what failed or takes too long.
void NcclSums::look_after() {
  if (comm_ == nullptr) return;
  const auto limit = group_.limit();
  try {
    if (sums_->advanced()) progress_ = steady_clock::now();
    comm_->require_no_error();
    if (!sums_->empty() && steady_clock::now() - progress_ > limit)
      throw CommError{
          fmt::format("a sum over the GPUs of the worker group is not done: rank {} waits since {} s "
                      "(--silence-limit) and sees no progress",
                      group_.rank(), std::chrono::duration<double>(limit).count())};
  } catch (const CommError& e) {
    break_up(e.what());
  }
}

void NcclSums::drop() noexcept {
  if (comm_ != nullptr) comm_->abort();
  comm_.reset();
  sums_->clear();
}

void NcclSums::break_up(const std::string& reason) {
  drop();
  broken_ = reason;
}

/// A thread: also where the host waits in the driver after all, the GPU goes on when the limit is over.
void NcclSums::watch(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kEvery{100};
  static_cast<void>(cudaSetDevice(device_));
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    woken_.wait_for(lock, stop, kEvery, [] { return false; });
    look_after();
  }
}

}  // namespace harsanyi
