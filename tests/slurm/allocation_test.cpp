#include "slurm/allocation.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

const Cluster kNode{.cores_per_node = 64, .memory_gb_per_node = 100.0, .gflops_per_rank = 100.0};
const Need kNeed{.flops = 7.2e15, .weights_bytes = 5e9, .unit_bytes = 1e9, .units = 1000};

std::string error_of(const Cluster& cluster, const Need& need, const Wish& wish) {
  try {
    (void)allocation_for(cluster, need, wish);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no ConfigError";
}

TEST(Allocation, GivesARankEightCoresAndTheTimeOfThePlan) {
  const Allocation allocation = allocation_for(kNode, kNeed, {.nodes = 2});
  EXPECT_EQ(allocation.ranks_per_node, 8);
  EXPECT_EQ(allocation.cores_per_rank, 8);
  EXPECT_DOUBLE_EQ(allocation.expected_seconds, 7.2e15 / 1e11 / 16);  // 4500 s
  EXPECT_EQ(allocation.minutes, 113 + 15);  // half as much again, and a quarter of an hour
  EXPECT_DOUBLE_EQ(allocation.memory_bytes, 2e9 + 1.1 * 8 * 6e9);
}

TEST(Allocation, GivesEveryGpuARank) {
  Cluster cluster = kNode;
  cluster.gpus_per_node = 4;
  const Allocation allocation = allocation_for(cluster, kNeed, {});
  EXPECT_EQ(allocation.ranks_per_node, 4);
  EXPECT_EQ(allocation.gpus_per_node, 4);
  EXPECT_EQ(allocation.cores_per_rank, 16);
}

TEST(Allocation, StartsFewerRanksWhereMemoryOrUnitsEnd) {
  Need need = kNeed;
  need.weights_bytes = 30e9;
  EXPECT_EQ(allocation_for(kNode, need, {}).ranks_per_node, 2);
  need = kNeed;
  need.units = 3;
  EXPECT_EQ(allocation_for(kNode, need, {}).ranks_per_node, 3);
}

TEST(Allocation, StartsWholeWorkerGroups) {
  Need need = kNeed;
  need.group_ranks = 4;
  EXPECT_EQ(allocation_for(kNode, need, {}).ranks_per_node, 8);
  need.weights_bytes = 14e9;  // five ranks would fit
  EXPECT_EQ(allocation_for(kNode, need, {}).ranks_per_node, 4);
  need.weights_bytes = 30e9;  // two ranks fit: two nodes make a group
  EXPECT_EQ(allocation_for(kNode, need, {.nodes = 4}).ranks_per_node, 2);
  need = kNeed;
  need.group_ranks = 4;
  need.units = 1;  // one group is enough for one unit
  EXPECT_EQ(allocation_for(kNode, need, {}).ranks_per_node, 4);
}

TEST(Allocation, RefusesRanksThatMakeNoWholeGroups) {
  Need need = kNeed;
  need.group_ranks = 4;
  EXPECT_NE(error_of(kNode, need, {.ranks_per_node = 6}).find("--tensor-parallel 4"), std::string::npos);
  EXPECT_NE(error_of(kNode, need, {.nodes = 3, .ranks_per_node = 2}).find("--tensor-parallel 4"),
            std::string::npos);
  EXPECT_EQ(error_of(kNode, need, {.nodes = 2, .ranks_per_node = 2}), "no ConfigError");
  need.weights_bytes = 30e9;  // two ranks fit into the one node that there is
  EXPECT_NE(error_of(kNode, need, {}).find("--tensor-parallel 4"), std::string::npos);
}

TEST(Allocation, TakesTheSitesLimitWhereTheWorkIsLonger) {
  Cluster cluster = kNode;
  cluster.longest_minutes = 60;
  EXPECT_EQ(allocation_for(cluster, kNeed, {}).minutes, 60);
  EXPECT_EQ(allocation_for(cluster, kNeed, {.minutes = 30}).minutes, 30);
}

TEST(Allocation, AsksForNoMemoryWhereTheSiteNamesNone) {
  Cluster cluster = kNode;
  cluster.memory_gb_per_node = 0.0;
  EXPECT_EQ(allocation_for(cluster, kNeed, {}).memory_bytes, 0.0);
  EXPECT_EQ(small_allocation(cluster).memory_bytes, 0.0);
}

TEST(Allocation, RefusesWhatDoesNotFit) {
  Need large = kNeed;
  large.weights_bytes = 200e9;
  EXPECT_NE(error_of(kNode, large, {}).find("--memory-gb-per-node"), std::string::npos);
  EXPECT_NE(error_of(kNode, kNeed, {.ranks_per_node = 20}).find("--memory-gb-per-node"), std::string::npos);
  EXPECT_NE(error_of(kNode, {}, {.ranks_per_node = 65}).find("--cores-per-node"), std::string::npos);
  EXPECT_NE(error_of(kNode, kNeed, {.minutes = 2000}).find("--longest-minutes"), std::string::npos);
  Cluster cluster = kNode;
  cluster.gpus_per_node = 4;
  EXPECT_NE(error_of(cluster, kNeed, {.ranks_per_node = 5}).find("share a GPU"), std::string::npos);
}

}  // namespace
}  // namespace harsanyi
