#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
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
  double cost = 1.0;          ///< any unit of time; only ratios matter
  std::int64_t affinity = 0;  ///< units of equal affinity share work (model, samples): best on one worker
  bool done = false;          ///< finished in an earlier run
  bool wanted = true;         ///< false: of a later round; neither handed out nor counted
  static constexpr int kAnyRanks = 0;
  int ranks = kAnyRanks;  ///< of the workers that can compute it (WorkerPools)
};

/// Tell `worker` to compute `unit`.
struct Assignment {
  WorkerId worker;
  UnitId unit;
  friend constexpr auto operator<=>(const Assignment&, const Assignment&) = default;
};
using Outbox = std::vector<Assignment>;

/// Decides who computes what; sends nothing, reads no clock, so that lost workers, failures and resumed runs
/// are ordinary unit tests. Each handler returns what to send and takes O(log units).
///
/// Order: units that came back (failed, or their worker is gone) first; then the longest unit of the affinity
/// that the worker had last; then the longest of the affinity with most cost left per worker on it, those
/// that nobody works on first. While units are plentiful a worker holds `units_in_hand`; near the end one, so
/// that no unit waits behind another while a worker idles. A unit that failed goes to a worker it has not
/// failed on, as long as there is one.
///
/// Handlers ignore what no longer holds: the answer of a worker that was declared lost, a unit given to
/// another.
class Scheduler {
 public:
  struct Options {
    int attempts = 3;       ///< how often a unit is tried before it is set aside
    int units_in_hand = 2;  ///< assigned to a worker at a time: one runs, one waits, so that no worker idles
  };

  /// @throws PlanError  for a cost that is not positive and finite, or an option below 1
  Scheduler(std::vector<UnitTask> tasks, Options options);
  Scheduler(const Scheduler&) = delete;  // orders hold the address of the tasks
  Scheduler& operator=(const Scheduler&) = delete;

  [[nodiscard]] Outbox on_worker_ready(WorkerId worker);
  [[nodiscard]] Outbox on_unit_done(WorkerId worker, UnitId unit);
  [[nodiscard]] Outbox on_unit_failed(WorkerId worker, UnitId unit, const std::string& reason);
  /// The worker died or hangs. The unit it ran counts as failed on it, those that waited behind do not.
  [[nodiscard]] Outbox on_worker_lost(WorkerId worker, const std::string& reason);
  /// The worker left in good order; what it held goes back.
  [[nodiscard]] Outbox on_worker_left(WorkerId worker);
  /// A worker that was lost has done the unit after all. @return true if it is welcome: nobody else has it
  /// now
  [[nodiscard]] bool on_late_done(UnitId unit);
  /// No unit is handed out any more; those in hand run to their end.
  void stop_handing_out();

  /// True while `unit` is assigned to `worker`: an answer about it is welcome.
  [[nodiscard]] bool holds(WorkerId worker, UnitId unit) const noexcept;

  /// The unit that the worker computes now, the oldest in its hand.
  [[nodiscard]] std::optional<UnitId> running(WorkerId worker) const noexcept;
  /// Whether the plan has such a unit.
  [[nodiscard]] bool knows(UnitId unit) const noexcept {
    return unit.value >= 0 && unit.index() < static_cast<std::int64_t>(tasks_.size());
  }
  /// @param unit  one that it knows
  [[nodiscard]] double cost(UnitId unit) const { return task(unit).cost; }

  /// Nothing in flight, and nothing left to hand out.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] int workers_present() const noexcept { return workers_present_; }
  [[nodiscard]] int done() const noexcept;  ///< earlier runs included
  [[nodiscard]] int left() const noexcept;  ///< neither done nor set aside
  [[nodiscard]] int in_flight() const noexcept;
  [[nodiscard]] double cost_done() const noexcept;  ///< of units done by this run
  [[nodiscard]] double cost_left() const noexcept;  ///< of units neither done nor set aside
  /// Units given up after all attempts, with the last reason.
  [[nodiscard]] const std::map<UnitId, std::string>& set_aside() const noexcept;

 private:
  /// Units of one affinity that were never handed out.
  struct Group {
    std::vector<UnitId> units;  ///< longest first, equal ones by number
    std::size_t next = 0;       ///< units before it are handed out
    double cost_left = 0.0;     ///< of units from `next` on
    int workers = 0;            ///< whose last unit was of this group
  };
  struct Worker {
    bool present = false;
    int group = kNoGroup;
    std::vector<UnitId> in_hand;  ///< oldest first
  };
  struct Trouble {
    int failures = 0;
    std::set<WorkerId> failed_on;
  };
  /// Sorts groups by how welcome a new worker is; ties by number, for determinism.
  struct Need {
    bool attended = false;
    double minus_cost_per_worker = 0.0;
    int group = 0;
    friend auto operator<=>(const Need&, const Need&) = default;
  };
  struct LongestFirst {
    const std::vector<UnitTask>* tasks;
    bool operator()(UnitId a, UnitId b) const noexcept;
  };
  using ReturnedUnits = std::set<UnitId, LongestFirst>;
  static constexpr int kNoGroup = -1;

  void make_groups();
  [[nodiscard]] const UnitTask& task(UnitId unit) const;
  void note_done(UnitId unit);
  [[nodiscard]] Worker* present(WorkerId worker);
  [[nodiscard]] Need need_of(int group) const;
  template <class Change>
  void change_group(int group, Change change);
  void move_worker_to(Worker& worker, int group);

  [[nodiscard]] std::optional<UnitId> next_unit(WorkerId worker);
  [[nodiscard]] std::optional<UnitId> take_returned(WorkerId worker, bool also_failed_here);
  [[nodiscard]] std::optional<UnitId> take_fresh(Worker& worker);
  [[nodiscard]] bool tried_by_all(const std::set<WorkerId>& workers) const;
  [[nodiscard]] std::size_t room(const Worker& worker) const;
  void fill(WorkerId id, Outbox& outbox);
  void fill_idle_workers(Outbox& outbox);

  void take_from_hand(Worker& worker, UnitId unit);
  void give_back(UnitId unit);
  [[nodiscard]] std::set<WorkerId> failed_on(UnitId unit) const;
  void note_failure(WorkerId worker, UnitId unit, const std::string& reason);
  [[nodiscard]] Outbox remove_worker(WorkerId id);

  std::vector<UnitTask> tasks_;
  Options options_;
  bool handing_out_ = true;

  std::vector<Group> groups_;
  std::set<Need> open_groups_;  ///< those with units left
  /// Units that came back, by the workers they failed on.
  std::map<std::set<WorkerId>, ReturnedUnits> returned_;
  std::map<UnitId, Trouble> troubles_;

  std::vector<Worker> workers_;  ///< by number
  std::set<WorkerId> idle_;      ///< present, with nothing in hand
  int workers_present_ = 0;

  int waiting_ = 0;  ///< units that can be handed out
  int in_flight_ = 0;
  int done_ = 0;
  double cost_done_ = 0.0;
  double cost_left_ = 0.0;
  std::map<UnitId, std::string> set_aside_;
};

}  // namespace harsanyi
