#include "slurm/allocation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr int kCoresPerRank = 8;       // threads of one matrix product scale well so far
constexpr double kMemoryFactor = 1.1;  // allocator, buffers of messages
constexpr double kNodeBytes = 2e9;     // libraries, file cache of the record
constexpr double kTimeFactor = 1.5;
constexpr int kStartMinutes = 15;
constexpr int kSmallMinutes = 30;
constexpr double kSmallBytes = 4e9;

double node_bytes(const Need& need, int ranks) {
  return kNodeBytes + kMemoryFactor * ranks * (need.weights_bytes + need.unit_bytes);
}

int most_ranks_per_node(const Cluster& cluster) {
  if (cluster.gpus_per_node > 0) return std::min(cluster.gpus_per_node, cluster.cores_per_node);
  return std::max(1, cluster.cores_per_node / kCoresPerRank);
}

bool fits(const Cluster& cluster, const Need& need, int ranks) {
  return cluster.memory_gb_per_node == 0.0 || node_bytes(need, ranks) <= cluster.memory_gb_per_node * 1e9;
}

/// Whether the ranks of all nodes are whole groups, and no group that fits into a node lies in two.
bool makes_groups(const Need& need, const Wish& wish, int ranks) {
  if (ranks >= need.group_ranks) return ranks % need.group_ranks == 0;
  return need.group_ranks % ranks == 0 && wish.nodes % (need.group_ranks / ranks) == 0;
}

int chosen_ranks(const Cluster& cluster, const Need& need, const Wish& wish) {
  const int wanted = std::max(1, need.units / wish.nodes) * need.group_ranks;
  int ranks = std::min(most_ranks_per_node(cluster), wanted);
  while (ranks > 1 && !(fits(cluster, need, ranks) && makes_groups(need, wish, ranks))) --ranks;
  return ranks;
}

void check_ranks(const Cluster& cluster, const Need& need, const Wish& wish, int ranks) {
  if (!makes_groups(need, wish, ranks))
    throw ConfigError{fmt::format(
        "{} node{} x {} rank{} are no whole worker groups of --tensor-parallel {} ranks; choose --nodes and "
        "--ranks-per-node so that the ranks of a node are a multiple of it, or several nodes make one group "
        "(a rank needs {:.1f} GB, a node has {} for its ranks)",
        wish.nodes, wish.nodes == 1 ? "" : "s", ranks, ranks == 1 ? "" : "s", need.group_ranks,
        (need.weights_bytes + need.unit_bytes) / 1e9,
        cluster.memory_gb_per_node > 0.0 ? fmt::format("{} GB", cluster.memory_gb_per_node) : "any memory")};
  if (!fits(cluster, need, ranks))
    throw ConfigError{
        fmt::format("{} rank{} of a node need {:.1f} GB, and --memory-gb-per-node is {}; use {}smaller "
                    "units, or larger nodes",
                    ranks, ranks == 1 ? "" : "s", node_bytes(need, ranks) / 1e9, cluster.memory_gb_per_node,
                    ranks == 1 ? "a narrower --dtype, " : "fewer --ranks-per-node, ")};
  if (ranks > cluster.cores_per_node)
    throw ConfigError{fmt::format("--ranks-per-node {} is more than the {} of --cores-per-node", ranks,
                                  cluster.cores_per_node)};
  if (cluster.gpus_per_node > 0 && ranks > cluster.gpus_per_node)
    throw ConfigError{
        fmt::format("--ranks-per-node {} is more than the {} of --gpus-per-node: two ranks would share a GPU",
                    ranks, cluster.gpus_per_node)};
}

int chosen_minutes(const Cluster& cluster, double seconds) {
  const double minutes = std::ceil(seconds * kTimeFactor / 60.0) + kStartMinutes;
  return minutes < cluster.longest_minutes ? static_cast<int>(minutes) : cluster.longest_minutes;
}

}  // namespace

Allocation allocation_for(const Cluster& cluster, const Need& need, const Wish& wish) {
  const int ranks = wish.ranks_per_node > 0 ? wish.ranks_per_node : chosen_ranks(cluster, need, wish);
  check_ranks(cluster, need, wish, ranks);
  if (wish.minutes > cluster.longest_minutes)
    throw ConfigError{fmt::format("--minutes {} is more than the {} of --longest-minutes", wish.minutes,
                                  cluster.longest_minutes)};
  const double seconds = need.flops / (1e9 * cluster.gflops_per_rank * wish.nodes * ranks);
  return {.nodes = wish.nodes,
          .ranks_per_node = ranks,
          .cores_per_rank = cluster.cores_per_node / ranks,
          .gpus_per_node = cluster.gpus_per_node > 0 ? ranks : 0,
          .memory_bytes = cluster.memory_gb_per_node > 0.0 ? node_bytes(need, ranks) : 0.0,
          .minutes = wish.minutes > 0 ? wish.minutes : chosen_minutes(cluster, seconds),
          .expected_seconds = seconds};
}

Allocation small_allocation(const Cluster& cluster) {
  const double site_bytes = cluster.memory_gb_per_node * 1e9;
  return {.memory_bytes = std::min(kSmallBytes, site_bytes),
          .minutes = std::min(kSmallMinutes, cluster.longest_minutes)};
}

}  // namespace harsanyi
