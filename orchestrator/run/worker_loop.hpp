#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/run/attendance.hpp"
#include "orchestrator/run/message.hpp"
#include "partition/base/id.hpp"
#include "worker/comm/communicator.hpp"
#include "worker/model/stage_times.hpp"

namespace harsanyi {

/// Computes one unit: its values in the shape that the plan gives it. A function of the unit alone.
using WorkFunction = std::function<std::vector<double>(UnitId)>;

/// Seconds per stage of all that was computed on this rank so far.
using StageClock = std::function<StageTimes()>;

/// Makes what is computed from now on take less memory, and more time, with the same bits; false where that
/// cannot be done (any more).
using SaveMemory = std::function<bool()>;

/// What a worker computes with.
struct WorkerTools {
  WorkFunction compute;
  std::string digest;              ///< of all that decides this worker's numbers (Identity::digest)
  StageClock stage_clock;          ///< called between units; empty: answers carry no times
  SaveMemory save_memory;          ///< may be empty
  std::function<bool()> broken{};  ///< whether this worker can compute no more; may be empty
};

/// The worker's side of a run: greets rank 0, computes what it assigns, until it ends the run. An exception
/// of `compute`, or a value that is not finite, fails the unit and not the worker. A unit for which memory
/// does not suffice is tried again here while `save_memory` can help. A worker that is broken says goodbye
/// and waits for the end.
/// @param attendance  of this rank: the run's number, and how long rank 0 may be silent
/// @throws LostRankError  if rank 0 says nothing for too long
/// @throws CommError  for a damaged message
[[nodiscard]] RunEnd work(Communicator& comm, const Attendance& attendance, const WorkerTools& tools);

}  // namespace harsanyi
