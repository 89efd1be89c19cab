#include "orchestrator/run/run_outcome.hpp"

#include <algorithm>

namespace harsanyi {

RunSeconds RunOutcome::parts() const noexcept {
  RunSeconds parts;
  parts[RunPart::wall] = seconds;
  for (const WorkerShare& worker : workers) {
    parts[RunPart::idle] += std::max(0.0, seconds - worker.busy_seconds - worker.waiting_seconds);
    parts[RunPart::failed] += worker.failed_seconds;
  }
  parts[RunPart::recording] = recording_seconds;
  parts[RunPart::serving] = serving_seconds;
  return parts;
}

}  // namespace harsanyi
