#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/run/message.hpp"
#include "partition/base/id.hpp"
#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Computes one unit: its values in the shape that the plan gives it. A function of the unit alone.
using WorkFunction = std::function<std::vector<double>(UnitId)>;

/// The worker's side of a run: greets rank 0, computes what it assigns, until it ends the run. An exception
/// of `compute`, or a value that is not finite, fails the unit and not the worker.
/// @param digest  of all that decides this worker's numbers (Identity::digest)
/// @throws CommError  for a damaged message
[[nodiscard]] RunEnd work(Communicator& comm, const WorkFunction& compute, const std::string& digest);

}  // namespace harsanyi
