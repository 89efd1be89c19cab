#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "partition/base/id.hpp"

namespace harsanyi {

/// A worker as the scheduler sees it: one per worker group, dense from 0.
struct WorkerId {
  int value = 0;
  friend constexpr auto operator<=>(const WorkerId&, const WorkerId&) = default;
};

/// What the scheduler must know of a unit.
struct UnitTask {
  double cost = 1.0;  ///< any unit of time; only ratios matter
  std::int64_t affinity =
      0;              ///< units of equal affinity share work (model, samples): best done by one worker
  bool done = false;  ///< finished in an earlier run
};

/// Tell `worker` to compute `unit`.
struct Assignment {
  WorkerId worker;
  UnitId unit;
  friend constexpr auto operator<=>(const Assignment&, const Assignment&) = default;
};
using Outbox = std::vector<Assignment>;

/// Decides who computes what; sends nothing, reads no clock, so that lost workers, failures and resumed runs
/// are ordinary unit tests. Longest first, with affinity. Each handler returns what to send.
class Scheduler {
 public:
  struct Options {
    int attempts = 3;       ///< how often a unit is tried before it is set aside
    int units_in_hand = 2;  ///< assigned to a worker at a time: one runs, one waits, so that no worker idles
  };

  Scheduler(std::vector<UnitTask> tasks, Options options);

  [[nodiscard]] Outbox on_worker_ready(WorkerId worker);
  [[nodiscard]] Outbox on_unit_done(WorkerId worker, UnitId unit);
  [[nodiscard]] Outbox on_unit_failed(WorkerId worker, UnitId unit, std::string reason);
  [[nodiscard]] Outbox on_worker_lost(WorkerId worker);
  /// No unit is handed out any more; those in hand run to their end.
  void stop_handing_out();

  /// Nothing in flight, and nothing left to hand out.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] int done() const noexcept;  ///< earlier runs included
  [[nodiscard]] int left() const noexcept;  ///< neither done nor set aside
  [[nodiscard]] int in_flight() const noexcept;
  [[nodiscard]] double cost_done() const noexcept;  ///< of units done by this run
  [[nodiscard]] double cost_left() const noexcept;
  /// Units given up after all attempts, with the last reason.
  [[nodiscard]] const std::map<UnitId, std::string>& set_aside() const noexcept;

 private:
  // The implementer's choice.
};

}  // namespace harsanyi
