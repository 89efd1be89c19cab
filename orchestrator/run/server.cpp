#include "orchestrator/run/server.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{100};  // between looks at the stop flag and the clock
constexpr std::size_t kSlowestNamed = 5;

/// Runs `work` and adds its time to an account.
template <class Work>
auto in_time(std::chrono::steady_clock::duration& account, Work work) {
  struct Watch {
    std::chrono::steady_clock::duration& account;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Watch() { account += std::chrono::steady_clock::now() - start; }
  } watch{account};
  return work();
}

Rank rank_of(WorkerId worker) {
  return {worker.value + 1};
}

RemoteError to_remote(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return harsanyi::to_remote(e);
  }
}

}  // namespace

Server::Server(Communicator& comm, Scheduler& scheduler, UnitRecord& record, std::string digest,
               std::vector<WorkerShare> workers, ProgressSink& progress, const RunOptions& options)
    : comm_{comm},
      scheduler_{scheduler},
      record_{record},
      digest_{std::move(digest)},
      progress_{progress},
      options_{options},
      units_{scheduler.done() + scheduler.left()},
      done_before_{scheduler.done()},
      workers_{std::move(workers)},
      gone_(workers_.size(), false) {}

RunOutcome Server::serve() {
  progress_.started(progress_now());
  while (std::count(gone_.begin(), gone_.end(), false) > 0) {
    const auto envelope = in_time(receiving_, [&] { return comm_.receive(kPatience); });
    if (envelope) handle(*envelope);
    look_at_stop_flag();
    if (store_is_due()) store();
    if (scheduler_.finished()) stop_workers();
    progress_.advanced(progress_now());
  }
  store();
  RunEnd end{outcome(), std::nullopt};
  if (error_) end.error = to_remote(error_);
  send_to_workers(end);
  if (error_) std::rethrow_exception(error_);
  progress_.ended(end.outcome);
  return std::move(end.outcome);
}

// ---- messages

void Server::handle(const Envelope& envelope) {
  const WorkerId worker{envelope.from.value - 1};
  if (worker.value < 0 || worker.value >= static_cast<int>(workers_.size()))
    throw CommError{
        fmt::format("a message from rank {}, which is no worker of this run", envelope.from.value)};
  std::visit([&](auto&& message) { on(worker, std::forward<decltype(message)>(message)); },
             decode(envelope.bytes));
}

void Server::on(WorkerId worker, Hello&& hello) {
  if (hello.digest == digest_) return assign(scheduler_.on_worker_ready(worker));
  stop_with(std::make_exception_ptr(CommError{fmt::format(
      "{} would compute another experiment: its digest is {}, that of rank 0 is {}; start all ranks "
      "with the same options, files and build",
      name(worker), hello.digest, digest_)}));
}

void Server::on(WorkerId worker, Done&& done) {
  note_time(worker, done.unit, done.seconds);
  if (!scheduler_.holds(worker, done.unit)) return;
  if (block_checksum(done.values) != done.checksum)
    return fail(worker, done.unit,
                "its values changed on their way (checksum); suspect the network or memory");
  WorkerShare& share = workers_[static_cast<std::size_t>(worker.value)];
  ++share.units;
  if (unstored_.empty()) oldest_unstored_ = Clock::now();
  unstored_.push_back({done.unit, std::move(done.values)});
  if (done.times) {
    share.waiting_seconds += (*done.times)[Activity::waiting];
    unstored_.back().profile = UnitProfile{share.rank, *done.times};
  }
  assign(scheduler_.on_unit_done(worker, done.unit));
}

void Server::on(WorkerId worker, const Failed& failed) {
  note_time(worker, failed.unit, failed.seconds);
  workers_[static_cast<std::size_t>(worker.value)].failed_seconds += failed.seconds;
  if (scheduler_.holds(worker, failed.unit)) fail(worker, failed.unit, failed.reason);
}

void Server::on(WorkerId worker, const Goodbye&) {
  gone_[static_cast<std::size_t>(worker.value)] = true;
  assign(scheduler_.on_worker_left(worker));
}

template <class Unexpected>
void Server::on(WorkerId worker, const Unexpected&) {
  throw CommError{fmt::format("{} sent a message that only rank 0 sends", name(worker))};
}

void Server::assign(const Outbox& outbox) {
  for (const auto& [worker, unit] : outbox) comm_.send(rank_of(worker), encode(Assign{unit}));
}

void Server::fail(WorkerId worker, UnitId unit, const std::string& reason) {
  ++failures_;
  progress_.unit_failed(name(unit), name(worker), reason);
  assign(scheduler_.on_unit_failed(worker, unit, fmt::format("{} (on {})", reason, name(worker))));
}

void Server::send_to_workers(const Message& message) {
  const Bytes bytes = encode(message);
  for (int w = 0; w < static_cast<int>(workers_.size()); ++w) comm_.send(rank_of(WorkerId{w}), bytes);
}

// ---- stopping

void Server::look_at_stop_flag() {
  if (interrupted_by_ || stopping_) return;
  interrupted_by_ = options_.stop_requested();
  if (!interrupted_by_) return;
  stop_workers();
  // The launcher may kill all ranks soon after the signal: what is finished is stored before what still runs.
  store();
}

void Server::stop_workers() {
  if (stopping_) return;
  stopping_ = true;
  scheduler_.stop_handing_out();
  send_to_workers(Stop{});
}

void Server::stop_with(std::exception_ptr error) {
  if (!error_) error_ = std::move(error);
  stop_workers();
}

// ---- record

bool Server::store_is_due() const {
  if (unstored_.empty()) return false;
  return unstored_.size() >= options_.blocks_per_store ||
         Clock::now() - oldest_unstored_ >= options_.store_at_most_late;
}

void Server::store() {
  // After a failure nothing more is written: the record may be half way through something.
  if (error_ || unstored_.empty()) return;
  try {
    in_time(recording_, [&] { record_.store(unstored_); });
    stored_ += static_cast<int>(unstored_.size());
  } catch (const std::exception&) {
    stop_with(std::current_exception());
  }
  unstored_.clear();
}

// ---- account

void Server::note_time(WorkerId worker, UnitId unit, double seconds) {
  workers_[static_cast<std::size_t>(worker.value)].busy_seconds += seconds;
  const auto place = std::upper_bound(slowest_.begin(), slowest_.end(), seconds,
                                      [](double s, const UnitTime& time) { return s > time.seconds; });
  slowest_.insert(place, {unit, seconds});
  if (slowest_.size() > kSlowestNamed) slowest_.pop_back();
}

std::string Server::name(WorkerId worker) const {
  return workers_[static_cast<std::size_t>(worker.value)].name;
}

std::string Server::name(UnitId unit) const {
  return options_.describe ? options_.describe(unit) : fmt::format("unit {}", unit.value);
}

double Server::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

RunProgress Server::progress_now() const {
  return {.units = units_,
          .done_before = done_before_,
          .done_now = scheduler_.done() - done_before_,
          .in_flight = scheduler_.in_flight(),
          .set_aside = static_cast<int>(scheduler_.set_aside().size()),
          .failures = failures_,
          .cost_done = scheduler_.cost_done(),
          .cost_left = scheduler_.cost_left(),
          .seconds = seconds()};
}

RunOutcome Server::outcome() const {
  const int set_aside = static_cast<int>(scheduler_.set_aside().size());
  return {.units = units_,
          .done_before = done_before_,
          .done_now = stored_,
          .left = units_ - done_before_ - stored_ - set_aside,
          .set_aside = scheduler_.set_aside(),
          .interrupted_by = interrupted_by_,
          .seconds = seconds(),
          .workers = workers_,
          .slowest = slowest_,
          .recording_seconds = std::chrono::duration<double>(recording_).count(),
          .serving_seconds =
              std::chrono::duration<double>(Clock::now() - start_ - receiving_ - recording_).count()};
}

}  // namespace harsanyi
