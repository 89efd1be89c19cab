#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/schedule/scheduler.hpp"

namespace harsanyi {

/// A scheduler for workers that cannot all compute all units: copies of a small model are held by one rank,
/// those of a large one by several. Workers of one size and the units that ask for it have a scheduler of
/// their own, so that no size waits for another. Where units ask for no size, there is one scheduler.
class WorkerPools {
 public:
  /// @param tasks         [units]
  /// @param worker_ranks  [workers] ranks of each
  /// @throws PlanError  as Scheduler; for units of a size that no worker has
  WorkerPools(const std::vector<UnitTask>& tasks, const std::vector<int>& worker_ranks,
              Scheduler::Options options);

  // As those of Scheduler.
  [[nodiscard]] Outbox on_worker_ready(WorkerId worker) { return of(worker).on_worker_ready(worker); }
  [[nodiscard]] Outbox on_unit_done(WorkerId worker, UnitId unit) {
    return of(worker).on_unit_done(worker, unit);
  }
  [[nodiscard]] Outbox on_unit_failed(WorkerId worker, UnitId unit, const std::string& reason) {
    return of(worker).on_unit_failed(worker, unit, reason);
  }
  [[nodiscard]] Outbox on_worker_lost(WorkerId worker, const std::string& reason) {
    return of(worker).on_worker_lost(worker, reason);
  }
  [[nodiscard]] Outbox on_worker_left(WorkerId worker) { return of(worker).on_worker_left(worker); }
  [[nodiscard]] bool on_late_done(UnitId unit) { return of(unit).on_late_done(unit); }
  void stop_handing_out();

  [[nodiscard]] bool holds(WorkerId worker, UnitId unit) const { return of(worker).holds(worker, unit); }
  [[nodiscard]] std::optional<UnitId> running(WorkerId worker) const { return of(worker).running(worker); }
  [[nodiscard]] bool knows(UnitId unit) const noexcept {
    return unit.value >= 0 && unit.value < static_cast<int>(pool_of_unit_.size());
  }
  [[nodiscard]] double cost(UnitId unit) const { return of(unit).cost(unit); }

  [[nodiscard]] bool finished() const;
  /// Nothing in flight, and units left that no worker which is there can compute.
  [[nodiscard]] bool stuck() const;
  [[nodiscard]] int done() const;
  [[nodiscard]] int left() const;
  [[nodiscard]] int in_flight() const;
  [[nodiscard]] double cost_done() const;
  [[nodiscard]] double cost_left() const;
  [[nodiscard]] std::map<UnitId, std::string> set_aside() const;
  [[nodiscard]] int units_set_aside() const;

 private:
  [[nodiscard]] Scheduler& of(WorkerId worker) const;
  [[nodiscard]] Scheduler& of(UnitId unit) const;
  template <class Number>
  [[nodiscard]] Number sum(Number (Scheduler::*part)() const noexcept) const;

  std::vector<std::unique_ptr<Scheduler>> pools_;
  std::vector<int> pool_of_worker_;
  std::vector<int> pool_of_unit_;
};

}  // namespace harsanyi
