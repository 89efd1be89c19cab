#include "orchestrator/run/run_units.hpp"

#include <exception>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sysexits.h>

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
  LocalWorker(World& world, LocalWorkerHub& hub, const WorkerTools& tools)
      : world_{world}, hub_{hub}, attendance_{endless(world.attendance())}, thread_{[this, &tools] {
          run(tools);
        }} {}
  LocalWorker(const LocalWorker&) = delete;
  LocalWorker& operator=(const LocalWorker&) = delete;
  ~LocalWorker() {
    if (!thread_.joinable()) return;
    say(Stop{});
    say(RunEnd{});
    join_thread(world_.attendance().silence_limit);
  }

  /// After the server has ended. @throws what ended the worker early.
  void join() {
    const bool lost = world_.attendance().local_worker_lost;
    join_thread(lost ? std::chrono::seconds{0} : world_.attendance().silence_limit);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  /// The thread and rank 0 live and hang together.
  static Attendance endless(const Attendance& attendance) {
    return {.silence_limit = std::chrono::hours{24 * 365}, .step = attendance.step};
  }

  void run(const WorkerTools& tools) {
    try {
      (void)work(hub_.local_endpoint(), attendance_, tools);
    } catch (const std::exception&) {
      error_ = std::current_exception();
      hub_.local_endpoint().send(hub_.rank(),
                                 encode(Goodbye{}, attendance_.step));  // the server waits for it
    }
    ended_.set_value();
  }

  void say(const Message& message) { hub_.send(hub_.local_rank(), encode(message, attendance_.step)); }

  void join_thread(std::chrono::steady_clock::duration limit) {
    if (ended_.get_future().wait_for(limit) != std::future_status::ready) {
      fmt::print(
          stderr,
          "harsanyi: the unit that rank 0 computes does not end; all that was finished is stored, run the "
          "same command again\n");
      world_.abort(EX_TEMPFAIL);
    }
    thread_.join();
  }

  World& world_;
  LocalWorkerHub& hub_;
  Attendance attendance_;
  std::promise<void> ended_;
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

RunOutcome run_as_server(World& world, Scheduler& scheduler, UnitRecord& record, const WorkerTools& tools,
                         ProgressSink& progress, const RunOptions& options) {
  Communicator& comm = world.communicator();
  const bool local = rank0_computes(options.rank0, comm.size());
  auto workers = workers_of(comm.size() - 1, local);
  const auto serve = [&](Communicator& served) {
    return Server{served,       world.attendance(), scheduler, record,
                  tools.digest, std::move(workers), progress,  options}
        .serve();
  };
  if (!local) return serve(comm);

  LocalWorkerHub hub{comm};
  LocalWorker worker{world, hub, tools};
  RunOutcome outcome = serve(hub);
  worker.join();
  return outcome;
}

RunOutcome run_as_worker(World& world, const WorkerTools& tools) {
  RunEnd end = work(world.communicator(), world.attendance(), tools);
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
  const bool leads = world.rank() == Rank{0};
  std::unique_ptr<Scheduler> scheduler;
  together(world, [&] {
    if (!leads) return;
    if (world.size() == 1 && options.rank0 == Rank0Computes::no)
      throw ConfigError{
          "rank 0 is the only rank and is told not to compute; start more ranks or allow it to"};
    scheduler = make_scheduler(std::move(tasks), record, options);
  });
  ++world.attendance().step;
  const WorkerTools tools{compute, digest, options.stage_clock, options.save_memory};
  return leads ? run_as_server(world, *scheduler, *record, tools, progress, options)
               : run_as_worker(world, tools);
}

}  // namespace harsanyi
