#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/run/message.hpp"
#include "orchestrator/run/progress.hpp"
#include "orchestrator/run/run_units.hpp"
#include "orchestrator/schedule/scheduler.hpp"
#include "storage/unit_record.hpp"
#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Rank 0's side of a run: joins the scheduler, the workers' messages, the record and the user. Worker number
/// w is rank w + 1 of `comm`.
class Server {
 public:
  Server(Communicator& comm, Scheduler& scheduler, UnitRecord& record, std::string digest,
         std::vector<WorkerShare> workers, ProgressSink& progress, const RunOptions& options);

  /// Serves until every worker has said goodbye, tells all how the run ended, and returns that.
  /// @throws what stopped the run: StorageError, CommError
  [[nodiscard]] RunOutcome serve();

 private:
  using Clock = std::chrono::steady_clock;

  void handle(const Envelope& envelope);
  void on(WorkerId worker, Hello&& hello);
  void on(WorkerId worker, Done&& done);
  void on(WorkerId worker, const Failed& failed);
  void on(WorkerId worker, const Goodbye& goodbye);
  template <class Unexpected>
  void on(WorkerId worker, const Unexpected& message);

  void assign(const Outbox& outbox);
  void fail(WorkerId worker, UnitId unit, const std::string& reason);
  void look_at_stop_flag();
  void stop_workers();
  void stop_with(std::exception_ptr error);
  [[nodiscard]] bool store_is_due() const;
  void store();
  void note_time(WorkerId worker, UnitId unit, double seconds);
  void send_to_workers(const Message& message);

  [[nodiscard]] std::string name(WorkerId worker) const;
  [[nodiscard]] std::string name(UnitId unit) const;
  [[nodiscard]] double seconds() const;
  [[nodiscard]] RunProgress progress_now() const;
  [[nodiscard]] RunOutcome outcome() const;

  Communicator& comm_;
  Scheduler& scheduler_;
  UnitRecord& record_;
  std::string digest_;
  ProgressSink& progress_;
  const RunOptions& options_;

  Clock::time_point start_ = Clock::now();
  int units_ = 0;
  int done_before_ = 0;
  int stored_ = 0;
  int failures_ = 0;
  std::vector<WorkerShare> workers_;
  std::vector<bool> gone_;  ///< [workers] said goodbye
  std::vector<UnitTime> slowest_;

  std::vector<Block> unstored_;
  Clock::time_point oldest_unstored_;
  Clock::duration receiving_{};  ///< waiting for messages
  Clock::duration recording_{};

  bool stopping_ = false;
  std::optional<int> interrupted_by_;
  std::exception_ptr error_;
};

}  // namespace harsanyi
