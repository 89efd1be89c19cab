#include "orchestrator/run/server.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{100};  // between looks at the stop flag and the clock
constexpr std::size_t kSlowestNamed = 5;
/// Between two writes, in lengths of the last: they take at most a tenth of the time, and what a crash can
/// cost is small where the disk is fast.
constexpr int kRestPerStore = 9;
/// A worker that has nothing to compute answers at once.
constexpr double kAnswerLimit = 60.0;  // seconds

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

double seconds_of(ListeningTime::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

RemoteError to_remote(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return harsanyi::to_remote(e);
  }
}

}  // namespace

Server::Server(Communicator& comm, Attendance& attendance, WorkerPools& scheduler, UnitRecord& record,
               std::string digest, std::vector<WorkerShare> workers, ProgressSink& progress,
               const RunOptions& options)
    : comm_{comm},
      attendance_{attendance},
      scheduler_{scheduler},
      record_{record},
      digest_{std::move(digest)},
      progress_{progress},
      options_{options},
      units_{scheduler.done() + scheduler.left()},
      done_before_{scheduler.done()},
      workers_{std::move(workers)},
      worker_at_(static_cast<std::size_t>(comm.size())),
      words_{comm, attendance.word_interval()},
      watches_(workers_.size()),
      deadline_{options.unit_deadline} {
  for (int w = 0; w < static_cast<int>(workers_.size()); ++w)
    worker_at_.at(static_cast<std::size_t>(rank_of(WorkerId{w}).value)) = WorkerId{w};
  for (std::size_t w = 0; w < workers_.size(); ++w)
    if (attendance.absent.contains(Rank{workers_[w].rank})) watches_[w].presence = Presence::lost;
}

RunOutcome Server::serve() {
  progress_.started(progress_now());
  while (anyone_is_awaited()) {
    const auto envelope = in_time(receiving_, [&] { return comm_.receive(kPatience); });
    if (envelope) handle(*envelope);
    look_at_stop_flag();
    if (store_is_due()) store();
    if (scheduler_.finished()) stop_workers();
    look_at_deadlines();
    if (nobody_can_go_on()) stop_workers();
    progress_.advanced(progress_now());
  }
  stop_workers();  // those that are lost may come back
  store();
  RunEnd end{outcome(), std::nullopt};
  if (error_) end.error = to_remote(error_);
  send_to_all(end);
  if (error_) std::rethrow_exception(error_);
  progress_.ended(end.outcome);
  return std::move(end.outcome);
}

// ---- messages

void Server::handle(const Envelope& envelope) {
  const auto worker = worker_at_.at(static_cast<std::size_t>(envelope.from.value));
  // A rank that was lost may still have to say what belongs to steps before this run.
  if (!worker && decode(envelope.bytes).step < attendance_.step) return;
  if (!worker)
    throw CommError{
        fmt::format("a message from rank {}, which is no worker of this run", envelope.from.value)};
  auto letter = read(*worker, envelope.bytes);
  if (!letter || letter->step < attendance_.step) return;
  std::visit([&](auto&& message) { on(*worker, std::forward<decltype(message)>(message)); },
             std::move(letter->message));
}

/// A damaged message is treated as none: whatever it said is asked for again.
std::optional<Letter> Server::read(WorkerId worker, const Bytes& bytes) {
  try {
    return decode(bytes);
  } catch (const CommError& error) {
    if (watch(worker).presence == Presence::expected) throw;  // another build
    lose(worker, error.what());
    return std::nullopt;
  }
}

void Server::on(WorkerId worker, Hello&& hello) {
  if (hello.digest == digest_) return welcome(worker);
  stop_with(std::make_exception_ptr(CommError{fmt::format(
      "{} would compute another experiment: its digest is {}, that of rank 0 is {}; start all ranks "
      "with the same options, files and build",
      name(worker), hello.digest, digest_)}));
}

void Server::welcome(WorkerId worker) {
  const Presence before = watch(worker).presence;
  set_presence(worker, Presence::present);
  if (before == Presence::lost) progress_.warned(fmt::format("{} is back", name(worker)));
  if (stopping_ && before != Presence::expected) send(worker, Stop{});
  assign(scheduler_.on_worker_ready(worker));
}

void Server::on(WorkerId worker, Done&& done) {
  if (!scheduler_.knows(done.unit)) return;
  note_time(worker, done.unit, done.seconds);
  const double cost = scheduler_.cost(done.unit);
  if (scheduler_.holds(worker, done.unit)) {
    watch(worker).since = time_.now();
    deadline_.on_done(cost, done.seconds);
    const UnitId unit = done.unit;
    keep(worker, std::move(done));
    assign(scheduler_.on_unit_done(worker, unit));
    return;
  }
  // Late: the limit was too short, or the worker hung. Deadlines grow, but not with the length of a hang.
  deadline_.on_done(cost, std::min(done.seconds, deadline_.seconds(cost, 0)));
  if (scheduler_.on_late_done(done.unit)) keep(worker, std::move(done));
}

/// Until the next `store`.
void Server::keep(WorkerId worker, Done&& done) {
  if (done.smaller > 0) {
    ++failures_;
    failed_before_.insert(done.unit);
    progress_.unit_failed(name(done.unit), name(worker), "out of memory; done there with smaller batches");
  }
  if (failed_before_.contains(done.unit)) ++retried_;
  WorkerShare& of_worker = share(worker);
  ++of_worker.units;
  if (unstored_.empty()) oldest_unstored_ = Clock::now();
  unstored_.push_back({done.unit, std::move(done.values)});
  if (done.times) {
    of_worker.waiting_seconds += (*done.times)[Activity::waiting];
    unstored_.back().profile = UnitProfile{of_worker.rank, *done.times};
  }
}

void Server::on(WorkerId worker, const Failed& failed) {
  note_time(worker, failed.unit, failed.seconds);
  share(worker).failed_seconds += failed.seconds;
  if (!scheduler_.holds(worker, failed.unit)) return;
  watch(worker).since = time_.now();
  fail(worker, failed.unit, failed.reason);
}

void Server::on(WorkerId worker, const Goodbye&) {
  set_presence(worker, Presence::gone);
  assign(scheduler_.on_worker_left(worker));
}

template <class Unexpected>
void Server::on(WorkerId worker, const Unexpected&) {
  throw CommError{fmt::format("{} sent a message that only rank 0 sends", name(worker))};
}

void Server::assign(const Outbox& outbox) {
  for (const auto& [worker, unit] : outbox) {
    if (scheduler_.running(worker) == unit) watch(worker).since = time_.now();
    send(worker, Assign{unit});
  }
}

void Server::send(WorkerId worker, const Message& message) {
  comm_.send(rank_of(worker), encode(message, attendance_.step));
}

void Server::fail(WorkerId worker, UnitId unit, const std::string& reason) {
  ++failures_;
  failed_before_.insert(unit);
  progress_.unit_failed(name(unit), name(worker), reason);
  assign(scheduler_.on_unit_failed(worker, unit, fmt::format("{} (on {})", reason, name(worker))));
}

void Server::send_to_workers(const Message& message) {
  for (int w = 0; w < static_cast<int>(workers_.size()); ++w) send(WorkerId{w}, message);
}

/// To the other ranks of the workers' groups too.
void Server::send_to_all(const Message& message) {
  for (int r = 1; r < comm_.size(); ++r) comm_.send(Rank{r}, encode(message, attendance_.step));
}

// ---- lost workers

void Server::look_at_deadlines() {
  words_.say_if_due();
  const auto now = time_.now();
  if (now - looked_ < kPatience) return;
  looked_ = now;
  for (int w = 0; w < static_cast<int>(workers_.size()); ++w)
    if (const auto reason = overdue(WorkerId{w})) lose(WorkerId{w}, *reason);
}

std::optional<std::string> Server::overdue(WorkerId worker) const {
  const Watch& of = watch(worker);
  if (of.presence == Presence::lost || of.presence == Presence::gone) return std::nullopt;
  if (const auto unit = scheduler_.running(worker)) {
    const auto missed = missed_.find(*unit);
    const double limit =
        deadline_.seconds(scheduler_.cost(*unit), missed == missed_.end() ? 0 : missed->second);
    if (seconds_of(looked_ - of.since) <= limit) return std::nullopt;
    return fmt::format("no answer within {} for {} (--unit-deadline)", duration_text(limit), name(*unit));
  }
  const double silence = seconds_of(attendance_.silence_limit);
  const double answer = std::min(silence, kAnswerLimit);
  if (stopping_ && seconds_of(looked_ - std::max(of.since, stopped_)) > answer)
    return fmt::format("no answer within {} when the run ended", duration_text(answer));
  if (of.presence == Presence::expected && seconds_of(looked_) > silence)
    return fmt::format("it has not begun within {} (--silence-limit)", duration_text(silence));
  return std::nullopt;
}

void Server::lose(WorkerId worker, const std::string& reason) {
  if (watch(worker).presence == Presence::lost || watch(worker).presence == Presence::gone) return;
  set_presence(worker, Presence::lost);
  lost_ = time_.now();
  ++share(worker).times_lost;
  if (const auto unit = scheduler_.running(worker)) {
    ++failures_;
    ++missed_[*unit];
    failed_before_.insert(*unit);
  }
  progress_.warned(fmt::format("{} is taken for lost: {}", name(worker), reason));
  assign(scheduler_.on_worker_lost(worker, fmt::format("{} (on {})", reason, name(worker))));
  send(worker, Recall{});
}

void Server::set_presence(WorkerId worker, Presence presence) {
  watch(worker) = {presence, time_.now()};
  const bool lost = presence == Presence::lost;
  if (share(worker).rank == 0)
    attendance_.local_worker_lost = lost;
  else if (lost)
    attendance_.absent.insert(rank_of(worker));
  else
    attendance_.absent.erase(rank_of(worker));
}

bool Server::anyone_is_awaited() {
  bool lost = false;
  for (const Watch& of : watches_) {
    if (of.presence == Presence::expected || of.presence == Presence::present) return true;
    lost = lost || of.presence == Presence::lost;
  }
  return lost && !stopping_ && time_.now() - lost_ <= attendance_.silence_limit;
}

bool Server::nobody_can_go_on() {
  if (stopping_ || !scheduler_.stuck()) return false;
  bool lost = false;
  for (const Watch& of : watches_) {
    if (of.presence == Presence::expected) return false;
    lost = lost || of.presence == Presence::lost;
  }
  return !lost || time_.now() - lost_ > attendance_.silence_limit;
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
  stopped_ = time_.now();
  scheduler_.stop_handing_out();
  send_to_workers(Stop{});
}

void Server::stop_with(std::exception_ptr error) {
  if (!error_) error_ = std::move(error);
  stop_workers();
}

// ---- record

/// The first unit at once: a disk that takes nothing is found before the run has computed much for it.
bool Server::store_is_due() const {
  if (unstored_.empty()) return false;
  const auto wait = std::min<Clock::duration>(options_.store_at_most_late, kRestPerStore * last_store_);
  return unstored_.size() >= options_.blocks_per_store || Clock::now() - oldest_unstored_ >= wait;
}

void Server::store() {
  // After a failure nothing more is written: the record may be half way through something.
  if (error_ || unstored_.empty()) return;
  try {
    const auto before = recording_;
    in_time(recording_, [&] { record_.store(unstored_); });
    last_store_ = recording_ - before;
    stored_ += static_cast<int>(unstored_.size());
  } catch (const std::exception&) {
    stop_with(std::current_exception());
  }
  unstored_.clear();
}

// ---- account

void Server::note_time(WorkerId worker, UnitId unit, double seconds) {
  share(worker).busy_seconds += seconds;
  const auto place = std::upper_bound(slowest_.begin(), slowest_.end(), seconds,
                                      [](double s, const UnitTime& time) { return s > time.seconds; });
  slowest_.insert(place, {unit, seconds});
  if (slowest_.size() > kSlowestNamed) slowest_.pop_back();
}

Rank Server::rank_of(WorkerId worker) const {
  const int rank = workers_[static_cast<std::size_t>(worker.value)].rank;
  return {rank == 0 ? comm_.size() - 1 : rank};
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
          .set_aside = scheduler_.units_set_aside(),
          .failures = failures_,
          .cost_done = scheduler_.cost_done(),
          .cost_left = scheduler_.cost_left(),
          .seconds = seconds()};
}

RunOutcome Server::outcome() const {
  const int set_aside = scheduler_.units_set_aside();
  return {.units = units_,
          .done_before = done_before_,
          .done_now = stored_,
          .left = units_ - done_before_ - stored_ - set_aside,
          .set_aside = scheduler_.set_aside(),
          .interrupted_by = interrupted_by_,
          .seconds = seconds(),
          .retried = retried_,
          .workers = workers_,
          .slowest = slowest_,
          .recording_seconds = std::chrono::duration<double>(recording_).count(),
          .serving_seconds =
              std::chrono::duration<double>(Clock::now() - start_ - receiving_ - recording_).count()};
}

}  // namespace harsanyi
