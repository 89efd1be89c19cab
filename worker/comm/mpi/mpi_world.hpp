#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "worker/comm/communicator.hpp"
#include "worker/comm/group_link.hpp"

namespace harsanyi {

/// True if this process was started by mpirun or srun (looked up in the environment, MPI is not touched).
[[nodiscard]] bool started_by_mpi_launcher();

/// MPI from initialisation to finalisation; one object per process, made before threads that use it.
/// Only the thread that made it may use its communicator; a group's link may be used by another.
class MpiWorld {
 public:
  /// @param limit  how long its start and its end may take; then this process ends with exit code 75, and the
  /// job with it
  /// @throws CommError  if MPI cannot start
  explicit MpiWorld(std::chrono::duration<double> limit);
  /// Finalises; all ranks must get here. Messages that nobody took are dropped. During exception unwinding it
  /// ends every rank of the job instead: catch and print errors while the world is alive, then call `abort`.
  ~MpiWorld();
  MpiWorld(const MpiWorld&) = delete;
  MpiWorld& operator=(const MpiWorld&) = delete;

  [[nodiscard]] Communicator& communicator() noexcept;
  /// Collective: ranks that name the same `group` are one, in the order of their numbers. Stays usable until
  /// this world ends.
  /// @throws CommError  if this MPI lets one thread alone call it
  [[nodiscard]] std::unique_ptr<GroupLink> group_link(int group);
  [[nodiscard]] int ranks_on_this_node() const noexcept;
  [[nodiscard]] int rank_on_this_node() const noexcept;
  /// Ends every rank of the job at once with this exit code. Does not return.
  [[noreturn]] void abort(int exit_code);
  [[nodiscard]] static std::string library_version();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace harsanyi
