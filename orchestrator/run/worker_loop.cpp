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

#include "orchestrator/run/silence.hpp"
#include "partition/base/error.hpp"

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

/// What came of a unit: its values, or why there are none.
struct Attempt {
  std::vector<double> values{};
  std::optional<std::string> problem{};
  bool out_of_memory = false;
};

Attempt try_compute(const WorkFunction& compute, UnitId unit) {
  try {
    auto values = compute(unit);
    auto problem = reason_not_finite(values);
    return {std::move(values), std::move(problem)};
  } catch (const std::bad_alloc& error) {
    return {{}, fmt::format("out of memory ({})", error.what()), true};
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
  explicit Desk(const WorkerTools& tools) : tools_{tools} {}

  [[nodiscard]] Message answer(UnitId unit) {
    const auto start = steady_clock::now();
    const StageTimes before = stages();
    int smaller = 0;
    Attempt attempt = try_compute(tools_.compute, unit);
    while (attempt.out_of_memory && tools_.save_memory && tools_.save_memory()) {
      ++smaller;
      attempt = try_compute(tools_.compute, unit);
    }
    const auto end = steady_clock::now();
    const double seconds = seconds_between(start, end);
    const double waiting = seconds_between(std::exchange(free_since_, end), start);
    if (attempt.problem) return Failed{unit, seconds, std::move(*attempt.problem)};
    Done done{.unit = unit, .seconds = seconds, .values = std::move(attempt.values), .smaller = smaller};
    if (tools_.stage_clock) done.times = account(before, seconds, waiting);
    return done;
  }

 private:
  [[nodiscard]] StageTimes stages() const { return tools_.stage_clock ? tools_.stage_clock() : StageTimes{}; }

  [[nodiscard]] UnitSeconds account(const StageTimes& before, double seconds, double waiting) const {
    const StageTimes after = stages();
    const auto of = [&](Stage stage) { return after.seconds(stage) - before.seconds(stage); };
    UnitSeconds times;
    times[Activity::products] = of(Stage::products);
    times[Activity::attention] = of(Stage::attention);
    times[Activity::rows] = of(Stage::rows);
    times[Activity::group] = of(Stage::group);
    times[Activity::other] = std::max(0.0, seconds - times.sum());
    times[Activity::waiting] = waiting;
    return times;
  }

  const WorkerTools& tools_;
  steady_clock::time_point free_since_ = steady_clock::now();
};

}  // namespace

RunEnd work(Communicator& comm, const Attendance& attendance, const WorkerTools& tools) {
  const auto say = [&](Message message) { comm.send(Rank{0}, encode(std::move(message), attendance.step)); };
  Desk desk{tools};
  Silence silence{attendance.silence_limit};
  std::deque<UnitId> waiting;
  bool leaving = false;
  const auto leave_if_broken = [&] {
    if (leaving || !tools.broken || !tools.broken()) return;
    leaving = true;
    waiting.clear();
    say(Goodbye{});
  };
  leave_if_broken();
  if (!leaving) say(Hello{tools.digest});
  while (true) {
    // Everything that has arrived is read before the next unit starts: a stop overtakes units that wait.
    while (auto envelope = comm.receive(waiting.empty() ? kPatience : milliseconds{0})) {
      silence.broken();
      Message message = decode(envelope->bytes).message;
      if (const auto* assign = std::get_if<Assign>(&message)) {
        if (!leaving) waiting.push_back(assign->unit);
      } else if (std::holds_alternative<Stop>(message)) {
        waiting.clear();
        if (!leaving) say(Goodbye{});
      } else if (std::holds_alternative<Recall>(message)) {
        waiting.clear();
        if (leaving)
          say(Goodbye{});
        else
          say(Hello{tools.digest});
      } else if (auto* end = std::get_if<RunEnd>(&message)) {
        return std::move(*end);
      } else if (!std::holds_alternative<Word>(message)) {
        throw CommError{
            fmt::format("rank {} sent a worker a message that only workers send", envelope->from.value)};
      }
    }
    if (waiting.empty()) {
      silence.require_within_limit();
      continue;
    }
    const UnitId unit = waiting.front();
    waiting.pop_front();
    say(desk.answer(unit));
    comm.flush(kFlushPatience);
    silence.broken();
    leave_if_broken();
  }
}

}  // namespace harsanyi
