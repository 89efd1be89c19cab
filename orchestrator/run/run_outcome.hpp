#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "partition/base/id.hpp"
#include "partition/plan/unit_profile.hpp"

namespace harsanyi {

struct WorkerShare {
  std::string name;              ///< "rank 3", "rank 0 (beside the scheduler)"
  int units = 0;                 ///< done
  double busy_seconds = 0.0;     ///< spent in the work function
  int rank = 0;                  ///< of the world
  double failed_seconds = 0.0;   ///< the part of `busy_seconds` in attempts that failed
  double waiting_seconds = 0.0;  ///< before units that were done; 0 where units are not profiled
  int times_lost = 0;            ///< it did not answer in time
  friend bool operator==(const WorkerShare&, const WorkerShare&) = default;
};

struct UnitTime {
  UnitId unit;
  double seconds = 0.0;
  friend bool operator==(const UnitTime&, const UnitTime&) = default;
};

/// How a run ended. What follows `seconds` is known on rank 0 only.
struct RunOutcome {
  int units = 0;                              ///< of the whole plan
  int done_before = 0;                        ///< in earlier runs
  int done_now = 0;                           ///< stored by this run
  int left = 0;                               ///< neither done nor set aside
  std::map<UnitId, std::string> set_aside{};  ///< given up, with the last reason
  std::optional<int> interrupted_by{};        ///< number of the signal
  double seconds = 0.0;                       ///< wall clock
  int retried = 0;                            ///< units of `done_now` that failed before

  std::vector<WorkerShare> workers{};
  std::vector<UnitTime> slowest{};  ///< the slowest first, at most five
  double recording_seconds = 0.0;   ///< spent in UnitRecord::store
  double serving_seconds = 0.0;     ///< messages, scheduling, progress

  [[nodiscard]] RunSeconds parts() const noexcept;  ///< for profiled units
  [[nodiscard]] bool complete() const noexcept { return left == 0 && set_aside.empty(); }
  friend bool operator==(const RunOutcome&, const RunOutcome&) = default;
};

}  // namespace harsanyi
