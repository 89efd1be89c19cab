#include "worker/parallel/nccl/nccl_communicator.hpp"

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <nccl.h>

#include "partition/base/error.hpp"
#include "worker/parallel/nccl/poll.hpp"

namespace harsanyi {
namespace {

constexpr std::chrono::seconds kEndLimit{5};

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "default" : text;
}

}  // namespace

NcclCommunicator::Id NcclCommunicator::new_id() {
  ncclUniqueId id;
  static_assert(sizeof id == sizeof(Id));
  if (const ncclResult_t result = ncclGetUniqueId(&id); result != ncclSuccess)
    throw CommError{fmt::format("NCCL makes no communicator: {} ({})", ncclGetErrorString(result),
                                ncclGetLastError(nullptr))};
  Id bytes;
  std::memcpy(bytes.data(), &id, sizeof id);
  return bytes;
}

std::string NcclCommunicator::version() {
  int code = 0;
  if (ncclGetVersion(&code) != ncclSuccess) return "unknown";
  return fmt::format("{}.{}.{}", code / 10000, code / 100 % 100, code % 100);
}

NcclCommunicator::NcclCommunicator(const Id& id, WorkerGroup& group) : group_{group} {
  ncclUniqueId same;
  std::memcpy(&same, id.data(), sizeof same);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  constexpr const char* kWhat = "the GPUs of the worker group do not come together";
  try {
    finish(ncclCommInitRankConfig(&comm_, group.size(), same, group.rank(), &config), kWhat);
  } catch (...) {
    abort();
    throw;
  }
}

NcclCommunicator::~NcclCommunicator() {
  if (comm_ != nullptr) say_goodbye();
}

void NcclCommunicator::start_sum(float* values, std::size_t count) {
  constexpr cudaStream_t kDefaultStream = nullptr;
  finish(ncclAllReduce(values, values, count, ncclFloat, ncclSum, comm_, kDefaultStream),
         "a sum over the GPUs of the worker group does not begin");
}

void NcclCommunicator::require_no_error() {
  ncclResult_t result = ncclSuccess;
  const ncclResult_t call = ncclCommGetAsyncError(comm_, &result);
  if (call != ncclSuccess) result = call;
  if (result != ncclSuccess && result != ncclInProgress)
    throw CommError{words(result, "a sum over the GPUs of the worker group failed")};
}

void NcclCommunicator::abort() noexcept {
  if (comm_ != nullptr) ncclCommAbort(comm_);
  comm_ = nullptr;
}

/// A non-blocking call goes on in a thread of NCCL: until that says how it went.
void NcclCommunicator::finish(int result, const char* what) {
  auto state = static_cast<ncclResult_t>(result);
  const Poll poll;
  while (state == ncclInProgress) {
    if (poll.elapsed() > group_.limit())
      throw CommError{fmt::format("{} within {} s (--silence-limit)", what,
                                  std::chrono::duration<double>(group_.limit()).count())};
    group_.look();
    poll.pause();
    if (const ncclResult_t call = ncclCommGetAsyncError(comm_, &state); call != ncclSuccess) state = call;
  }
  if (state != ncclSuccess) throw CommError{words(state, what)};
}

/// Waits for what the others still have from this rank; not long, since nobody needs the result.
void NcclCommunicator::say_goodbye() {
  ncclResult_t state = ncclCommFinalize(comm_);
  const Poll poll;
  while (state == ncclInProgress && poll.elapsed() < kEndLimit) {
    poll.pause();
    if (const ncclResult_t call = ncclCommGetAsyncError(comm_, &state); call != ncclSuccess) state = call;
  }
  if (state == ncclSuccess)
    ncclCommDestroy(comm_);
  else
    abort();
}

std::string NcclCommunicator::words(int result, const char* what) const {
  return fmt::format("{}: {} ({}); NCCL_DEBUG=WARN tells more", what,
                     ncclGetErrorString(static_cast<ncclResult_t>(result)), ncclGetLastError(comm_));
}

void fix_nccl_mode() {
  ::setenv("NCCL_ALGO", "Ring", /*overwrite=*/0);
  ::setenv("NCCL_PROTO", "Simple", /*overwrite=*/0);
}

std::string nccl_description() {
  fix_nccl_mode();
  return fmt::format("NCCL {}, {}, {}", NcclCommunicator::version(), environment("NCCL_ALGO"),
                     environment("NCCL_PROTO"));
}

}  // namespace harsanyi
