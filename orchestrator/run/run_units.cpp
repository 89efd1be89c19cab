#include "orchestrator/run/run_units.hpp"

#include <algorithm>
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

std::string name_of(const WorkerPlace& place) {
  const int first = place.first_rank;
  const std::string ranks = place.ranks == 1 ? fmt::format("rank {}", first)
                                             : fmt::format("ranks {} to {}", first, first + place.ranks - 1);
  return first == 0 ? ranks + " (beside the scheduler)" : ranks;
}

/// The workers of a run, in the order of their numbers: that of rank 0 is the last.
std::vector<WorkerPlace> places_of(int world_size, const RunOptions& options) {
  std::vector<WorkerPlace> places = options.group.places;
  if (places.empty()) {
    const int first = rank0_computes(options.rank0, world_size) ? 0 : 1;
    for (int rank = first; rank < world_size; ++rank) places.push_back({rank, 1});
  }
  if (!places.empty() && places.front().first_rank == 0)
    std::rotate(places.begin(), places.begin() + 1, places.end());
  return places;
}

bool has_local_worker(const std::vector<WorkerPlace>& places) {
  return !places.empty() && places.back().first_rank == 0;
}

std::vector<WorkerShare> shares_of(const std::vector<WorkerPlace>& places) {
  std::vector<WorkerShare> workers;
  workers.reserve(places.size());
  for (const WorkerPlace& place : places)
    workers.push_back({.name = name_of(place), .rank = place.first_rank});
  return workers;
}

std::unique_ptr<WorkerPools> make_scheduler(std::vector<UnitTask> tasks, const UnitRecord* record,
                                            const std::vector<WorkerPlace>& places,
                                            const RunOptions& options) {
  if (record == nullptr) throw PlanError{"rank 0 has no record to store units in"};
  const std::vector<bool> done = record->done();
  if (done.size() != tasks.size())
    throw PlanError{fmt::format("the record holds {} units, the plan {}; it belongs to another plan",
                                done.size(), tasks.size())};
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].done = done[i];
  std::vector<int> worker_ranks;
  worker_ranks.reserve(places.size());
  for (const WorkerPlace& place : places) worker_ranks.push_back(place.ranks);
  return std::make_unique<WorkerPools>(tasks, worker_ranks, options.schedule);
}

RunOutcome run_as_server(World& world, WorkerPools& scheduler, UnitRecord& record, const WorkerTools& tools,
                         ProgressSink& progress, const RunOptions& options) {
  Communicator& comm = world.communicator();
  const std::vector<WorkerPlace> places = places_of(comm.size(), options);
  auto workers = shares_of(places);
  const auto serve = [&](Communicator& served) {
    return Server{served,       world.attendance(), scheduler, record,
                  tools.digest, std::move(workers), progress,  options}
        .serve();
  };
  if (!has_local_worker(places)) return serve(comm);

  LocalWorkerHub hub{comm};
  LocalWorker worker{world, hub, tools};
  RunOutcome outcome = serve(hub);
  worker.join();
  return outcome;
}

RunOutcome outcome_of(RunEnd end) {
  if (end.error) throw_remote({end.error->kind, "rank 0: " + end.error->text});
  return std::move(end.outcome);
}

RunOutcome run_as_worker(World& world, const WorkerTools& tools) {
  return outcome_of(work(world.communicator(), world.attendance(), tools));
}

/// Collective.
void require_same_in_groups(World& world, const GroupOfRank& group, const std::string& digest) {
  if (group.places.empty()) return;
  together(world, [&] {
    if (group.ranks == nullptr) return;
    const WorkerTools tools{{}, digest, {}, {}};
    try {
      GroupWork{group, tools}.require_same_digest();
    } catch (const BrokenGroupError&) {
      return;  // its first rank computes nothing, and the other groups go on
    }
  });
}

}  // namespace

bool rank0_computes(Rank0Computes choice, int world_size) noexcept {
  return choice == Rank0Computes::yes || (choice == Rank0Computes::automatic && world_size <= kSmallWorld);
}

int worker_groups(Rank0Computes choice, int world_size, int group_size) noexcept {
  if (group_size > 1) return world_size / group_size;
  return world_size - (rank0_computes(choice, world_size) ? 0 : 1);
}

RunOutcome run_units(World& world, std::vector<UnitTask> tasks, UnitRecord* record,
                     const WorkFunction& compute, const std::string& digest, ProgressSink& progress,
                     const RunOptions& options) {
  const bool leads = world.rank() == Rank{0};
  std::unique_ptr<WorkerPools> scheduler;
  together(world, [&] {
    if (!leads) return;
    if (world.size() == 1 && options.rank0 == Rank0Computes::no)
      throw ConfigError{
          "rank 0 is the only rank and is told not to compute; start more ranks or allow it to"};
    scheduler = make_scheduler(std::move(tasks), record, places_of(world.size(), options), options);
  });
  require_same_in_groups(world, options.group, digest);
  ++world.attendance().step;
  const WorkerTools own{compute, digest, options.stage_clock, options.save_memory};
  if (options.group.ranks == nullptr)
    return leads ? run_as_server(world, *scheduler, *record, own, progress, options)
                 : run_as_worker(world, own);
  GroupWork group{options.group, own};
  if (options.group.ranks->rank() > 0)
    return outcome_of(group.follow(world.communicator(), world.attendance()));
  const WorkerTools leading = group.leading();
  return leads ? run_as_server(world, *scheduler, *record, leading, progress, options)
               : run_as_worker(world, leading);
}

}  // namespace harsanyi
