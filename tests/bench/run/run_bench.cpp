// What a message and a unit cost beside the computing. Started alone: threads of one process; under mpirun:
// MPI.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <thread>

#include <fmt/format.h>

#include "orchestrator/run/run_units.hpp"
#include "orchestrator/run/world.hpp"
#include "tests/run/memory_record.hpp"

namespace {

using namespace harsanyi;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{10000};

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void echo(Communicator& comm, int messages) {
  for (int i = 0; i < messages; ++i)
    if (auto envelope = comm.receive(kPatience)) comm.send(Rank{0}, std::move(envelope->bytes));
}

/// On rank 0, against an echo on rank 1.
void time_round_trips(Communicator& comm, int messages, std::size_t size) {
  std::vector<double> seconds;
  for (int i = 0; i < messages; ++i) {
    const auto start = steady_clock::now();
    comm.send(Rank{1}, Bytes(size));
    (void)comm.receive(kPatience);
    seconds.push_back(seconds_since(start));
  }
  std::sort(seconds.begin(), seconds.end());
  fmt::print("round trip of {:>7} bytes: median {:.1f} us, 99 % within {:.1f} us\n", size,
             1e6 * seconds[seconds.size() / 2], 1e6 * seconds[seconds.size() * 99 / 100]);
}

constexpr int kRoundTrips = 1000;
constexpr std::size_t kSizes[] = {64, 100000};

void round_trips_between_threads() {
  const auto endpoints = make_in_process_world(2);
  for (const std::size_t size : kSizes) {
    std::jthread other{[&] { echo(*endpoints[1], kRoundTrips); }};
    time_round_trips(*endpoints[0], kRoundTrips, size);
  }
}

void round_trips_between_processes(Communicator& comm) {
  for (const std::size_t size : kSizes) {
    if (comm.rank() == Rank{0}) time_round_trips(comm, kRoundTrips, size);
    if (comm.rank() == Rank{1}) echo(comm, kRoundTrips);
  }
}

/// Units that take no time: what remains is the run loop.
void time_units(World& world, int units, std::size_t values) {
  std::optional<MemoryRecord> record;
  if (world.rank() == Rank{0}) record.emplace(units);
  const auto progress = make_silent_progress();
  const std::vector<UnitTask> tasks(static_cast<std::size_t>(units));
  const std::clock_t processor = std::clock();
  const RunOutcome outcome =
      run_units(world, tasks, record ? &*record : nullptr,
                [&](UnitId) { return std::vector<double>(values); }, "digest", *progress, {});
  if (world.rank() == Rank{0})
    fmt::print(
        "{} ranks, {} units of {} values: {:.1f} us per unit, {:.1f} us of this process's processors\n",
        world.size(), units, values, 1e6 * outcome.seconds / units,
        1e6 * static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC / units);
}

}  // namespace

int main() {
  const auto world = make_world(std::chrono::minutes{1});
  if (world->size() == 1)
    round_trips_between_threads();
  else
    round_trips_between_processes(world->communicator());
  time_units(*world, 5000, 8);
  time_units(*world, 5000, 4096);
}
