#include "orchestrator/run/worker_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{100};
/// A result that has not left by then travels during the next unit, or after it.
constexpr milliseconds kFlushPatience{200};

std::optional<std::string> reason_not_finite(const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i])) return fmt::format("value {} of {} is {}", i, values.size(), values[i]);
  return std::nullopt;
}

std::pair<std::vector<double>, std::optional<std::string>> try_compute(const WorkFunction& compute,
                                                                       UnitId unit) {
  try {
    auto values = compute(unit);
    auto problem = reason_not_finite(values);
    return {std::move(values), std::move(problem)};
  } catch (const std::bad_alloc&) {
    return {{}, "out of memory"};
  } catch (const std::exception& error) {
    return {{}, error.what()};
  } catch (...) {
    return {{}, "an exception that is no std::exception"};
  }
}

double seconds_between(steady_clock::time_point start, steady_clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

/// Computes units, and keeps the account of this worker's time.
class Desk {
 public:
  Desk(const WorkFunction& compute, const StageClock& clock) : compute_{compute}, clock_{clock} {}

  [[nodiscard]] Message answer(UnitId unit) {
    const auto start = steady_clock::now();
    const StageTimes before = stages();
    auto [values, problem] = try_compute(compute_, unit);
    const auto end = steady_clock::now();
    const double seconds = seconds_between(start, end);
    const double waiting = seconds_between(std::exchange(free_since_, end), start);
    if (problem) return Failed{unit, seconds, std::move(*problem)};
    const std::uint64_t checksum = block_checksum(values);
    Done done{unit, checksum, seconds, std::move(values)};
    if (clock_) done.times = account(before, seconds, waiting);
    return done;
  }

 private:
  [[nodiscard]] StageTimes stages() const { return clock_ ? clock_() : StageTimes{}; }

  [[nodiscard]] UnitSeconds account(const StageTimes& before, double seconds, double waiting) const {
    const StageTimes after = stages();
    const auto of = [&](Stage stage) { return after.seconds(stage) - before.seconds(stage); };
    UnitSeconds times;
    times[Activity::products] = of(Stage::products);
    times[Activity::attention] = of(Stage::attention);
    times[Activity::rows] = of(Stage::rows);
    times[Activity::other] = std::max(0.0, seconds - times.sum());
    times[Activity::waiting] = waiting;
    return times;
  }

  const WorkFunction& compute_;
  const StageClock& clock_;
  steady_clock::time_point free_since_ = steady_clock::now();
};

}  // namespace

RunEnd work(Communicator& comm, const WorkFunction& compute, const std::string& digest,
            const StageClock& clock) {
  Desk desk{compute, clock};
  comm.send(Rank{0}, encode(Hello{digest}));
  std::deque<UnitId> waiting;
  while (true) {
    // Everything that has arrived is read before the next unit starts: a stop overtakes units that wait.
    while (auto envelope = comm.receive(waiting.empty() ? kPatience : milliseconds{0})) {
      Message message = decode(envelope->bytes);
      if (const auto* assign = std::get_if<Assign>(&message)) {
        waiting.push_back(assign->unit);
      } else if (std::holds_alternative<Stop>(message)) {
        waiting.clear();
        comm.send(Rank{0}, encode(Goodbye{}));
      } else if (auto* end = std::get_if<RunEnd>(&message)) {
        return std::move(*end);
      } else {
        throw CommError{
            fmt::format("rank {} sent a worker a message that only workers send", envelope->from.value)};
      }
    }
    if (waiting.empty()) continue;
    const UnitId unit = waiting.front();
    waiting.pop_front();
    comm.send(Rank{0}, encode(desk.answer(unit)));
    comm.flush(kFlushPatience);
  }
}

}  // namespace harsanyi
