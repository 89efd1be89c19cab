#include <cstring>

#include <nccl.h>

#include "tests/parallel/gpus_in_memory/state.hpp"

namespace harsanyi::test {
namespace {

/// A sum that some ranks have come to.
struct Meeting {
  std::vector<float*> values;  ///< [ranks] null: has not come
  std::vector<std::shared_ptr<StreamWork>> work;
  std::size_t come = 0;
};

/// What communicators of one id share.
struct Club {
  std::size_t members = 0;
  std::map<int, Meeting> meetings;  ///< by number
};

void add_up(Meeting& meeting, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    float sum = 0.0F;
    for (const float* values : meeting.values) sum += values[i];
    for (float* values : meeting.values) values[i] = sum;
  }
  for (auto& work : meeting.work) work->done = true;
}

std::map<std::string, std::shared_ptr<Club>>& clubs() {
  static std::map<std::string, std::shared_ptr<Club>> clubs;
  return clubs;
}

}  // namespace

void fail_next_sum() {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  state.fail_next = true;
}

void let_no_ranks_meet() {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  state.no_meeting = true;
}

Count communicators() {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  return state.count;
}

}  // namespace harsanyi::test

using harsanyi::test::State;

struct ncclComm {
  std::shared_ptr<harsanyi::test::Club> club;
  std::size_t ranks;
  std::size_t rank;
  int sums = 0;
  bool failed = false;
  std::vector<std::shared_ptr<harsanyi::test::StreamWork>> work;
};

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int number = 0;
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  std::memset(id, 0, sizeof *id);
  ++number;
  std::memcpy(id, &number, sizeof number);
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t result) {
  return result == ncclRemoteError ? "remote error" : "another error";
}

const char* ncclGetLastError(ncclComm_t) {
  return "in memory";
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (config->blocking != 0) return ncclInvalidArgument;
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  auto& club = harsanyi::test::clubs()[std::string{id.internal, sizeof id.internal}];
  if (!club) club = std::make_shared<harsanyi::test::Club>();
  ++club->members;
  ++state.count.made;
  *comm = new ncclComm{club, static_cast<std::size_t>(ranks), static_cast<std::size_t>(rank), 0, false, {}};
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* result) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  *result = comm->failed                                            ? ncclRemoteError
            : comm->club->members < comm->ranks || state.no_meeting ? ncclInProgress
                                                                    : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void*, void* values, std::size_t count, ncclDataType_t, ncclRedOp_t,
                           ncclComm_t comm, cudaStream_t) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  harsanyi::test::Meeting& meeting = comm->club->meetings[comm->sums++];
  meeting.values.resize(comm->ranks);
  auto work = std::make_shared<harsanyi::test::StreamWork>();
  state.last_work[harsanyi::test::current_gpu()] = work;
  comm->work.push_back(work);
  meeting.work.push_back(work);
  if (state.fail_next) {
    state.fail_next = false;
    comm->failed = true;
    return ncclSuccess;
  }
  meeting.values[comm->rank] = static_cast<float*>(values);
  if (++meeting.come == comm->ranks) add_up(meeting, count);
  return ncclInProgress;
}

ncclResult_t ncclCommFinalize(ncclComm_t) {
  return ncclSuccess;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  ++state.count.destroyed;
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  State& state = State::get();
  const std::lock_guard lock{state.mutex};
  ++state.count.aborted;
  for (auto& work : comm->work) work->done = true;  // with whatever the memory holds
  delete comm;
  return ncclSuccess;
}
}
