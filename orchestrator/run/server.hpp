#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/run/attendance.hpp"
#include "orchestrator/run/message.hpp"
#include "orchestrator/run/progress.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/silence.hpp"
#include "orchestrator/schedule/unit_deadline.hpp"
#include "orchestrator/schedule/worker_pools.hpp"
#include "storage/unit_record.hpp"
#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Rank 0's side of a run: joins the scheduler, the workers' messages, the record and the user. A worker is
/// one rank, or the first of a group of ranks.
///
/// A worker that does not answer in time, or whose message is damaged, is taken for lost: its units go to
/// others and it is sent Recall. Its late answer is stored if nobody else has the unit by then, and once it
/// says Hello it gets work again.
class Server {
 public:
  /// @param attendance  who is lost at the beginning; kept up to date
  /// @param workers     names and ranks, in the order of ranks; the one beside the scheduler, of rank 0, last
  Server(Communicator& comm, Attendance& attendance, WorkerPools& scheduler, UnitRecord& record,
         std::string digest, std::vector<WorkerShare> workers, ProgressSink& progress,
         const RunOptions& options);

  /// Serves until every worker has said goodbye or is lost, tells all how the run ended, and returns that.
  /// If all are lost it waits for one to come back, as long as a rank may be silent.
  /// @throws what stopped the run: StorageError, CommError
  [[nodiscard]] RunOutcome serve();

 private:
  using Clock = std::chrono::steady_clock;

  enum class Presence {
    expected,  ///< has not said Hello yet
    present,
    lost,
    gone,  ///< said Goodbye
  };
  struct Watch {
    Presence presence = Presence::expected;
    ListeningTime::Duration since{};  ///< when the wait for its next message began
  };

  void handle(const Envelope& envelope);
  [[nodiscard]] std::optional<Letter> read(WorkerId worker, const Bytes& bytes);
  void on(WorkerId worker, Hello&& hello);
  void on(WorkerId worker, Done&& done);
  void on(WorkerId worker, const Failed& failed);
  void on(WorkerId worker, const Goodbye& goodbye);
  template <class Unexpected>
  void on(WorkerId worker, const Unexpected& message);

  void welcome(WorkerId worker);
  void keep(WorkerId worker, Done&& done);
  void assign(const Outbox& outbox);
  void send(WorkerId worker, const Message& message);
  void fail(WorkerId worker, UnitId unit, const std::string& reason);
  void look_at_stop_flag();
  void stop_workers();
  void stop_with(std::exception_ptr error);
  [[nodiscard]] bool store_is_due() const;
  void store();
  void note_time(WorkerId worker, UnitId unit, double seconds);
  void send_to_workers(const Message& message);
  void send_to_all(const Message& message);

  void look_at_deadlines();
  /// Why the worker is to be taken for lost; nothing while it is in time.
  [[nodiscard]] std::optional<std::string> overdue(WorkerId worker) const;
  void lose(WorkerId worker, const std::string& reason);
  void set_presence(WorkerId worker, Presence presence);
  [[nodiscard]] bool anyone_is_awaited();
  /// Units are left that only workers could compute which are gone for good.
  [[nodiscard]] bool nobody_can_go_on();
  [[nodiscard]] Watch& watch(WorkerId worker) { return watches_[static_cast<std::size_t>(worker.value)]; }
  [[nodiscard]] const Watch& watch(WorkerId worker) const {
    return watches_[static_cast<std::size_t>(worker.value)];
  }
  [[nodiscard]] WorkerShare& share(WorkerId worker) {
    return workers_[static_cast<std::size_t>(worker.value)];
  }

  /// Of `comm`: the worker beside the scheduler is behind the last rank of the world.
  [[nodiscard]] Rank rank_of(WorkerId worker) const;
  [[nodiscard]] std::string name(WorkerId worker) const;
  [[nodiscard]] std::string name(UnitId unit) const;
  [[nodiscard]] double seconds() const;
  [[nodiscard]] RunProgress progress_now() const;
  [[nodiscard]] RunOutcome outcome() const;

  Communicator& comm_;
  Attendance& attendance_;
  WorkerPools& scheduler_;
  UnitRecord& record_;
  std::string digest_;
  ProgressSink& progress_;
  const RunOptions& options_;

  Clock::time_point start_ = Clock::now();
  int units_ = 0;
  int done_before_ = 0;
  int stored_ = 0;
  int failures_ = 0;
  int retried_ = 0;
  std::set<UnitId> failed_before_;
  std::vector<WorkerShare> workers_;
  std::vector<std::optional<WorkerId>> worker_at_;  ///< [ranks of comm]
  std::vector<UnitTime> slowest_;

  std::vector<Block> unstored_;
  Clock::time_point oldest_unstored_;
  Clock::duration receiving_{};  ///< waiting for messages
  Clock::duration recording_{};
  Clock::duration last_store_{};

  ListeningTime time_;
  Words words_;
  std::vector<Watch> watches_;         ///< [workers]
  ListeningTime::Duration looked_{};   ///< last look at the deadlines
  ListeningTime::Duration stopped_{};  ///< when Stop was sent
  ListeningTime::Duration lost_{};     ///< when a worker was lost last
  UnitDeadline deadline_;
  std::map<UnitId, int> missed_;  ///< how often a unit was not done in time

  bool stopping_ = false;
  std::optional<int> interrupted_by_;
  std::exception_ptr error_;
};

}  // namespace harsanyi
