#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/run/attendance.hpp"
#include "orchestrator/run/message.hpp"
#include "orchestrator/run/worker_loop.hpp"
#include "partition/plan/group_places.hpp"
#include "worker/comm/communicator.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// This rank's place among the worker groups of a job.
struct GroupOfRank {
  /// Every group of the job, in the order of ranks; empty: each rank is a worker by itself.
  std::vector<WorkerPlace> places{};
  LinkedGroup* ranks = nullptr;  ///< those that hold a copy with this one; null where it holds one by itself
  std::function<void()> forget{};  ///< Engine::forget
};

/// Units that the ranks of a worker group compute together. Rank 0 of the group leads: it speaks with rank 0
/// of the job as any worker does, and tells the others which unit comes. They follow, and speak with nobody.
///
/// What fails on one rank is given up on all, and the group goes on; a rank that does not come in time breaks
/// the group, which then computes no more.
class GroupWork {
 public:
  /// @param tools  of this rank: `compute` and `save_memory` run on every rank of the group; outlive this
  GroupWork(const GroupOfRank& group, const WorkerTools& tools) : group_{group}, tools_{tools} {}

  /// Collective. @throws CommError  if a rank of the group would compute another experiment
  void require_same_digest();

  /// Of the leader: what its own loop computes with.
  /// @throws what any rank's `compute` throws, with the rank in front; BrokenGroupError
  [[nodiscard]] WorkerTools leading();

  /// Of the others, until rank 0 of the job ends the run.
  /// @throws LostRankError  if rank 0 of the job says nothing for too long
  [[nodiscard]] RunEnd follow(Communicator& comm, const Attendance& attendance);

 private:
  enum class Order : std::int32_t { compute, save_memory };

  void tell(Order order, UnitId unit);
  void obey(const std::vector<std::byte>& order);
  [[nodiscard]] std::vector<double> compute_together(UnitId unit);
  void require_same_values(const std::vector<double>& values, UnitId unit);
  void clear_up(const std::exception_ptr& own);
  [[nodiscard]] bool save_memory_together();

  const GroupOfRank& group_;
  const WorkerTools& tools_;
};

}  // namespace harsanyi
