#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrator/run/group_work.hpp"
#include "orchestrator/run/progress.hpp"
#include "orchestrator/run/run_outcome.hpp"
#include "orchestrator/run/stop_signal.hpp"
#include "orchestrator/run/worker_loop.hpp"
#include "orchestrator/run/world.hpp"
#include "orchestrator/schedule/scheduler.hpp"
#include "partition/base/named_enum.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

/// Whether rank 0 computes units on a thread of its own beside the scheduler. `automatic`: in worlds of up to
/// eight ranks, where a rank that only schedules would be a large share of the machine.
enum class Rank0Computes { automatic, yes, no };
template <>
struct EnumNames<Rank0Computes> {
  static constexpr std::string_view kind = "choice for rank 0";
  static constexpr std::array names{std::pair{Rank0Computes::automatic, std::string_view{"auto"}},
                                    std::pair{Rank0Computes::yes, std::string_view{"yes"}},
                                    std::pair{Rank0Computes::no, std::string_view{"no"}}};
};

[[nodiscard]] bool rank0_computes(Rank0Computes choice, int world_size) noexcept;
/// Copies of a model that compute: one per rank, or where `group_size` ranks hold one, per group. Rank 0
/// always computes where there are groups: its own would lack it.
/// @param world_size  a multiple of `group_size`
[[nodiscard]] int worker_groups(Rank0Computes choice, int world_size, int group_size = 1) noexcept;

struct RunOptions {
  Scheduler::Options schedule;
  Rank0Computes rank0 = Rank0Computes::automatic;
  std::size_t blocks_per_store = 64;                  ///< finished units that share one write to the record
  std::chrono::milliseconds store_at_most_late{500};  ///< how long a finished unit may wait for others
  std::function<std::optional<int>()> stop_requested = received_stop_signal;
  /// Where given, units are profiled: blocks reach the record with the time they took.
  StageClock stage_clock;
  /// Where given, a unit for which memory does not suffice is tried again on its rank.
  SaveMemory save_memory;
  /// Each rank computes every unit of its group.
  GroupOfRank group{};
  double unit_deadline = 0.0;  ///< seconds for a unit; 0: measured (UnitDeadline)
  /// How messages name a unit; "unit 7" if empty.
  std::function<std::string(UnitId)> describe;
};

/// Collective: every rank calls this with the same plan. Computes all wanted units of `tasks` that `record`
/// does not hold yet, and returns the same outcome on every rank (`workers` and `slowest` on rank 0 only).
///
/// A unit whose function throws, returns a value that is not finite, or arrives damaged is tried again,
/// elsewhere where possible, and finally set aside. So is one whose rank does not answer in time; that rank
/// is left out until it comes back. Where all are lost, the rest is left. On a stop signal at rank 0 the
/// units that run are finished and stored.
///
/// @param tasks     [units]; those of rank 0 count; `done` is set from the record
/// @param record    on rank 0; null elsewhere. Used by the calling thread of rank 0 alone.
/// @param compute   called by one thread per rank: on rank 0 a thread beside the caller's, elsewhere the
/// caller's. The ranks of a group call it together
/// @param digest    of all that decides this rank's numbers (Identity::digest)
/// @param progress  used on rank 0 only
/// A worker on rank 0 that hangs until all else is stored ends the job with exit code 75: its thread cannot
/// be ended.
/// @throws StorageError (all ranks)  if the record cannot be written; what was stored stays
/// @throws CommError (all ranks)     if a rank's digest differs from that of rank 0
/// @throws LostRankError             on a rank that waits for rank 0 in vain
/// @throws ConfigError (all ranks)   if nobody would compute: a world of one with Rank0Computes::no
/// @throws PlanError (all ranks)     if tasks and record differ in length, or a cost is not positive
[[nodiscard]] RunOutcome run_units(World& world, std::vector<UnitTask> tasks, UnitRecord* record,
                                   const WorkFunction& compute, const std::string& digest,
                                   ProgressSink& progress, const RunOptions& options);

}  // namespace harsanyi
