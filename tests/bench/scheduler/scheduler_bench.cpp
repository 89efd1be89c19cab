// How many events a second the scheduler handles, and how busy it keeps simulated workers.
#include <chrono>
#include <random>

#include <fmt/format.h>

#include "tests/schedule/simulated_run.hpp"

namespace {

using harsanyi::SimulatedRun;
using harsanyi::UnitTask;
using harsanyi::WorkerId;

/// Units of `shards` affinities; seconds are exact costs, so that the simulation itself costs little.
std::vector<UnitTask> sweep(int shards, int units_per_shard) {
  std::mt19937 random{1};
  std::uniform_real_distribution<double> cost{0.5, 1.5};
  std::vector<UnitTask> tasks;
  for (int s = 0; s < shards; ++s)
    for (int u = 0; u < units_per_shard; ++u) tasks.push_back({.cost = cost(random), .affinity = s});
  return tasks;
}

void simulated(int shards, int units_per_shard, int workers) {
  const auto tasks = sweep(shards, units_per_shard);
  const auto start = std::chrono::steady_clock::now();
  const SimulatedRun run = harsanyi::simulate(
      tasks, {}, workers, /*latency=*/0.005,
      [&](harsanyi::UnitId unit, bool) { return tasks[static_cast<std::size_t>(unit.value)].cost; });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{:>8} units, {:>6} affinities, {:>4} workers: {:.2f} s, {:.2e} events/s, busy {:.2f} %\n",
             tasks.size(), shards, workers, seconds, static_cast<double>(run.events) / seconds,
             100 * run.busy_share);
}

/// Every unit fails twice on different workers before it succeeds: the slow path of retries.
void everything_fails_twice(int units, int workers) {
  const auto start = std::chrono::steady_clock::now();
  harsanyi::Scheduler scheduler{sweep(units / 100, 100), {}};
  std::vector<int> failures(static_cast<std::size_t>(units), 0);
  harsanyi::Outbox queue;
  std::int64_t events = 0;
  const auto add = [&](const harsanyi::Outbox& outbox) {
    ++events;
    queue.insert(queue.end(), outbox.begin(), outbox.end());
  };
  for (int w = 0; w < workers; ++w) add(scheduler.on_worker_ready(WorkerId{w}));
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [worker, unit] = queue[i];
    const bool fails = failures[static_cast<std::size_t>(unit.value)]++ < 2;
    add(fails ? scheduler.on_unit_failed(worker, unit, "drawn") : scheduler.on_unit_done(worker, unit));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{:>8} units, each failing twice, {:>4} workers: {:.2f} s, {:.2e} events/s, {} done\n", units,
             workers, seconds, static_cast<double>(events) / seconds, scheduler.done());
}

}  // namespace

int main() {
  simulated(/*shards=*/10000, /*units_per_shard=*/100, /*workers=*/4096);
  simulated(/*shards=*/1000000, /*units_per_shard=*/1, /*workers=*/4096);
  simulated(/*shards=*/1, /*units_per_shard=*/1000000, /*workers=*/4096);
  simulated(/*shards=*/4096, /*units_per_shard=*/32, /*workers=*/4096);
  everything_fails_twice(/*units=*/1000000, /*workers=*/64);
}
