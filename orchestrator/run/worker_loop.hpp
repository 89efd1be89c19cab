#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/run/message.hpp"
#include "partition/base/id.hpp"
#include "worker/comm/communicator.hpp"
#include "worker/model/stage_times.hpp"

namespace harsanyi {

/// Computes one unit: its values in the shape that the plan gives it. A function of the unit alone.
using WorkFunction = std::function<std::vector<double>(UnitId)>;

/// Seconds per stage of all that was computed on this rank so far.
using StageClock = std::function<StageTimes()>;

/// The worker's side of a run: greets rank 0, computes what it assigns, until it ends the run. An exception
/// of `compute`, or a value that is not finite, fails the unit and not the worker.
/// @param digest  of all that decides this worker's numbers (Identity::digest)
/// @param clock   called between units; empty: answers carry no times
/// @throws CommError  for a damaged message
[[nodiscard]] RunEnd work(Communicator& comm, const WorkFunction& compute, const std::string& digest,
                          const StageClock& clock);

}  // namespace harsanyi
