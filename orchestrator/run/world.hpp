#pragma once

#include <memory>
#include <string>

#include "orchestrator/run/attendance.hpp"
#include "worker/comm/communicator.hpp"
#include "worker/comm/group_link.hpp"

namespace harsanyi {

/// The ranks of this job, with or without a launcher.
class World {
 public:
  virtual ~World() = default;
  [[nodiscard]] virtual Communicator& communicator() noexcept = 0;
  /// Collective: the ranks that name the same `group`, in the order of their numbers. To be destroyed before
  /// the world. @throws CommError
  [[nodiscard]] virtual std::unique_ptr<GroupLink> group_link(int group) = 0;
  [[nodiscard]] virtual int ranks_on_this_node() const noexcept = 0;
  [[nodiscard]] virtual int rank_on_this_node() const noexcept = 0;
  /// "one process, no MPI", or the name and version of the MPI library.
  [[nodiscard]] virtual std::string description() const = 0;
  /// Ends every rank of the job at once with this exit code. Does not return.
  [[noreturn]] virtual void abort(int exit_code) = 0;

  [[nodiscard]] Rank rank() noexcept { return communicator().rank(); }
  [[nodiscard]] int size() noexcept { return communicator().size(); }
  [[nodiscard]] Attendance& attendance() noexcept { return attendance_; }

 private:
  Attendance attendance_;
};

/// Under mpirun or srun: all ranks, by MPI (every rank must call this). Else a world of one without MPI.
/// An exception that leaves the world's scope on one rank ends all ranks: catch and print inside, then
/// `abort`.
/// @param silence_limit  how long ranks wait for each other: at the start, in common steps, at the end; then
/// the waiting rank ends the job with exit code 75
/// @throws CommError  if MPI cannot start
[[nodiscard]] std::unique_ptr<World> make_world(std::chrono::duration<double> silence_limit);

}  // namespace harsanyi
