#include "orchestrator/run/run_units.hpp"

#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/run/server.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "worker/comm/local_worker_hub.hpp"

namespace harsanyi {
namespace {

constexpr int kSmallWorld = 8;  // ranks

/// A worker on a thread of rank 0. Its destructor ends it also when the server failed half way.
class LocalWorker {
 public:
  LocalWorker(LocalWorkerHub& hub, const WorkFunction& compute, const std::string& digest,
              const StageClock& clock)
      : hub_{hub}, thread_{[this, &compute, &digest, &clock] { run(compute, digest, clock); }} {}
  LocalWorker(const LocalWorker&) = delete;
  LocalWorker& operator=(const LocalWorker&) = delete;
  ~LocalWorker() {
    if (!thread_.joinable()) return;
    hub_.send(hub_.local_rank(), encode(Stop{}));
    hub_.send(hub_.local_rank(), encode(RunEnd{}));
    thread_.join();
  }

  /// After the server has ended. @throws what ended the worker early.
  void join() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void run(const WorkFunction& compute, const std::string& digest, const StageClock& clock) {
    try {
      (void)work(hub_.local_endpoint(), compute, digest, clock);
    } catch (const std::exception&) {
      error_ = std::current_exception();
      hub_.local_endpoint().send(hub_.rank(), encode(Goodbye{}));  // the server waits for it
    }
  }

  LocalWorkerHub& hub_;
  std::exception_ptr error_;
  std::thread thread_;
};

std::vector<WorkerShare> workers_of(int remote_workers, bool local_worker) {
  std::vector<WorkerShare> workers;
  for (int r = 1; r <= remote_workers; ++r) workers.push_back({.name = fmt::format("rank {}", r), .rank = r});
  if (local_worker) workers.push_back({.name = "rank 0 (beside the scheduler)", .rank = 0});
  return workers;
}

std::unique_ptr<Scheduler> make_scheduler(std::vector<UnitTask> tasks, const UnitRecord* record,
                                          const RunOptions& options) {
  if (record == nullptr) throw PlanError{"rank 0 has no record to store units in"};
  const std::vector<bool> done = record->done();
  if (done.size() != tasks.size())
    throw PlanError{fmt::format("the record holds {} units, the plan {}; it belongs to another plan",
                                done.size(), tasks.size())};
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].done = done[i];
  return std::make_unique<Scheduler>(std::move(tasks), options.schedule);
}

RunOutcome run_as_server(Communicator& comm, Scheduler& scheduler, UnitRecord& record,
                         const WorkFunction& compute, const std::string& digest, ProgressSink& progress,
                         const RunOptions& options) {
  const bool local = rank0_computes(options.rank0, comm.size());
  auto workers = workers_of(comm.size() - 1, local);
  if (!local) return Server{comm, scheduler, record, digest, std::move(workers), progress, options}.serve();

  LocalWorkerHub hub{comm};
  LocalWorker worker{hub, compute, digest, options.stage_clock};
  RunOutcome outcome = Server{hub, scheduler, record, digest, std::move(workers), progress, options}.serve();
  worker.join();
  return outcome;
}

RunOutcome run_as_worker(Communicator& comm, const WorkFunction& compute, const std::string& digest,
                         const StageClock& clock) {
  RunEnd end = work(comm, compute, digest, clock);
  if (end.error) throw_remote({end.error->kind, "rank 0: " + end.error->text});
  return std::move(end.outcome);
}

}  // namespace

bool rank0_computes(Rank0Computes choice, int world_size) noexcept {
  return choice == Rank0Computes::yes || (choice == Rank0Computes::automatic && world_size <= kSmallWorld);
}

int worker_groups(Rank0Computes choice, int world_size) noexcept {
  return world_size - (rank0_computes(choice, world_size) ? 0 : 1);
}

RunOutcome run_units(World& world, std::vector<UnitTask> tasks, UnitRecord* record,
                     const WorkFunction& compute, const std::string& digest, ProgressSink& progress,
                     const RunOptions& options) {
  Communicator& comm = world.communicator();
  std::unique_ptr<Scheduler> scheduler;
  together(comm, [&] {
    if (comm.rank() != Rank{0}) return;
    if (comm.size() == 1 && options.rank0 == Rank0Computes::no)
      throw ConfigError{
          "rank 0 is the only rank and is told not to compute; start more ranks or allow it to"};
    scheduler = make_scheduler(std::move(tasks), record, options);
  });
  if (comm.rank() != Rank{0}) return run_as_worker(comm, compute, digest, options.stage_clock);
  return run_as_server(comm, *scheduler, *record, compute, digest, progress, options);
}

}  // namespace harsanyi
