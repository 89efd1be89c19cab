#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/schedule/simulated_run.hpp"

namespace harsanyi {
namespace {

struct Workload {
  std::vector<UnitTask> tasks;
  std::vector<double> seconds;
};

/// A sweep: shards of samples (the affinity), each with one unit per layer; lower layers cost more. Real
/// times scatter around the estimate.
Workload sweep(int shards, int layers, double scatter, unsigned seed) {
  std::mt19937 random{seed};
  std::normal_distribution<double> noise{0.0, scatter};
  Workload work;
  for (int s = 0; s < shards; ++s)
    for (int l = 0; l < layers; ++l) {
      const double cost = layers - l + 1.0;
      work.tasks.push_back({.cost = cost, .affinity = s});
      work.seconds.push_back(cost * std::exp(noise(random)));
    }
  return work;
}

SimulatedRun play(const Workload& work, int workers, double latency) {
  return simulate(work.tasks, {}, workers, latency,
                  [&](UnitId unit, bool) { return work.seconds[static_cast<std::size_t>(unit.value)]; });
}

TEST(SchedulerSimulation, KeepsFourThousandWorkersBusy) {
  const Workload work = sweep(/*shards=*/4096, /*layers=*/32, /*scatter=*/0.2, /*seed=*/1);
  const SimulatedRun run = play(work, 4096, /*latency=*/0.01);
  RecordProperty("busy_share", std::to_string(run.busy_share));
  EXPECT_GT(run.busy_share, 0.95);
}

TEST(SchedulerSimulation, AWorkerChangesItsSamplesOnlyWhenItHelps) {
  const Workload work = sweep(/*shards=*/64, /*layers=*/32, /*scatter=*/0.0, /*seed=*/1);
  // Eight shards each, one after the other.
  EXPECT_EQ(play(work, 8, 0.0).affinity_changes, 64 - 8);
}

TEST(SchedulerSimulation, TheEndIsWithinOneUnitOfTheLowerBound) {
  const Workload work = sweep(/*shards=*/10, /*layers=*/16, /*scatter=*/0.3, /*seed=*/3);
  for (const int workers : {1, 3, 7, 40}) {
    const SimulatedRun run = play(work, workers, 0.0);
    const double total = std::accumulate(work.seconds.begin(), work.seconds.end(), 0.0);
    const double longest = *std::max_element(work.seconds.begin(), work.seconds.end());
    EXPECT_LE(run.makespan, total / workers + 2 * longest) << workers << " workers";
  }
}

}  // namespace
}  // namespace harsanyi
