// A run of slow units that a test interrupts from outside, by a signal to the launcher. Prints how it ended.
#include <cstdio>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/run/run_units.hpp"
#include "tests/run/memory_record.hpp"

int main() {
  using namespace harsanyi;
  const StopSignals signals;
  const auto world = make_world(std::chrono::minutes{1});
  constexpr int kUnits = 100000;
  std::optional<MemoryRecord> record;
  if (world->rank() == Rank{0}) record.emplace(kUnits);
  const auto compute = [computed = 0, told = world->rank() != Rank{0}](UnitId unit) mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    if (++computed > 1 && !std::exchange(told, true)) {  // the first is with the server by now
      fmt::print("running\n");
      std::fflush(stdout);
    }
    return std::vector<double>{static_cast<double>(unit.value)};
  };
  const auto progress = make_silent_progress();
  const RunOutcome outcome = run_units(*world, std::vector<UnitTask>(kUnits), record ? &*record : nullptr,
                                       compute, "digest", *progress, {});
  const bool stored = !record || static_cast<int>(record->values.size()) == outcome.done_now;
  fmt::print("rank {} interrupted by {} with {} units done, {}\n", world->rank().value,
             signal_name(outcome.interrupted_by.value_or(0)), outcome.done_now > 0 ? "some" : "no",
             stored ? "all stored" : "some lost");
  return outcome.interrupted_by ? 0 : 1;
}
