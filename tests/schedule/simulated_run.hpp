#pragma once

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "orchestrator/schedule/scheduler.hpp"

namespace harsanyi {

struct SimulatedRun {
  double makespan = 0.0;
  double busy_share = 0.0;   ///< of all workers' time up to the makespan
  std::int64_t events = 0;   ///< calls of the scheduler
  int affinity_changes = 0;  ///< units whose worker had another affinity before
  int workers = 0;
  std::vector<std::pair<double, double>> spans;  ///< from when to when each unit ran, in order of their start

  /// Of all workers' time up to `time`, the share in which they computed.
  [[nodiscard]] double busy_share_until(double time) const {
    double busy = 0.0;
    for (const auto& [start, end] : spans) busy += std::max(0.0, std::min(end, time) - start);
    return busy / (time * workers);
  }
};

/// Plays a run by an event queue in place of a clock.
/// @param seconds  of a unit; the second argument is true where the worker's unit before had its affinity
/// @param latency  between a unit's end and the arrival of the next one, where the worker has none in hand
inline SimulatedRun simulate(const std::vector<UnitTask>& tasks, Scheduler::Options options, int workers,
                             double latency, const std::function<double(UnitId, bool)>& seconds) {
  struct End {
    double time;
    int worker;
    bool operator>(const End& other) const noexcept {
      return time != other.time ? time > other.time : worker > other.worker;
    }
  };
  Scheduler scheduler{tasks, options};
  SimulatedRun run;
  run.workers = workers;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends;
  std::vector<std::queue<UnitId>> hand(static_cast<std::size_t>(workers));
  std::vector<std::int64_t> affinity(static_cast<std::size_t>(workers), -1);
  double busy = 0.0;

  const auto start_next = [&](int worker, double now) {
    const UnitId unit = hand[static_cast<std::size_t>(worker)].front();
    auto& last = affinity[static_cast<std::size_t>(worker)];
    const auto wanted = tasks[static_cast<std::size_t>(unit.value)].affinity;
    const double length = seconds(unit, last == wanted);
    busy += length;
    ends.push({now + length, worker});
    run.spans.emplace_back(now, now + length);
    if (last >= 0 && last != wanted) ++run.affinity_changes;
    last = wanted;
  };
  const auto deliver = [&](const Outbox& outbox, double now) {
    ++run.events;
    for (const auto& [worker, unit] : outbox) {
      auto& queue = hand[static_cast<std::size_t>(worker.value)];
      queue.push(unit);
      if (queue.size() == 1) start_next(worker.value, now + latency);
    }
  };

  for (int w = 0; w < workers; ++w) deliver(scheduler.on_worker_ready(WorkerId{w}), 0.0);
  while (!ends.empty()) {
    const auto [now, worker] = ends.top();
    ends.pop();
    auto& queue = hand[static_cast<std::size_t>(worker)];
    const UnitId unit = queue.front();
    queue.pop();
    if (!queue.empty()) start_next(worker, now);
    deliver(scheduler.on_unit_done(WorkerId{worker}, unit), now);
    run.makespan = now;
  }
  run.busy_share = busy / (run.makespan * workers);
  return run;
}

}  // namespace harsanyi
