#include "partition/plan/sweep_plan.hpp"

#include <limits>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using Extent = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

/// (layers, coalitions, samples) of a unit, each as first, last.
Extent extent_of(const SweepUnit& u) {
  return {u.layers.first,    u.layers.last,   u.coalitions.first,
          u.coalitions.last, u.samples.first, u.samples.last};
}

struct Case {
  GameShape shape;
  Sharding sharding;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.shape.layers << " layers, " << c.shape.players << " players by " << c.sharding.layers << ", "
       << c.sharding.coalitions << ", " << c.sharding.samples;
}

class EveryPlan : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] const GameShape& shape() const { return GetParam().shape; }
  [[nodiscard]] const Sharding& sharding() const { return GetParam().sharding; }
  SweepPlan plan_ = make_sweep_plan(GetParam().shape, GetParam().sharding);
};
INSTANTIATE_TEST_SUITE_P(Shapes, EveryPlan,
                         testing::Values(Case{{1, 1, {1}}, {1, 1, 1}}, Case{{2, 2, {5}}, {1, 4, 3}},
                                         Case{{30, 3, {12}}, {5, 8, 4}}, Case{{7, 3, {5, 1, 11}}, {3, 3, 4}},
                                         Case{{3, 4, {2, 2}}, {100, 100, 100}},
                                         Case{{5, 2, {7, 3}}, {2, 1, 2}}));

TEST_P(EveryPlan, CoversEveryLayerSampleAndCoalitionExactlyOnce) {
  std::vector<int> covered(
      static_cast<std::size_t>(shape().layers * shape().samples() * shape().coalitions()), 0);
  for (const SweepUnit& unit : plan_.units)
    for (const LayerId layer : unit.layers)
      for (const SampleId sample : unit.samples)
        for (const Coalition coalition : unit.coalitions)
          ++covered.at(static_cast<std::size_t>((layer.index() * shape().samples() + sample.index()) *
                                                    shape().coalitions() +
                                                coalition.index()));
  EXPECT_EQ(covered, std::vector<int>(covered.size(), 1));
}

TEST_P(EveryPlan, NumbersItsUnitsDensely) {
  for (std::size_t i = 0; i < plan_.units.size(); ++i)
    EXPECT_EQ(plan_.units[i].id.index(), static_cast<std::int64_t>(i));
}

TEST_P(EveryPlan, KeepsUnitsWithinTheShardingAndWithinOnePool) {
  std::vector<SampleRange> pools;
  for (const int size : shape().pools) {
    const std::int64_t first = pools.empty() ? 0 : pools.back().last;
    pools.push_back({first, first + size});
  }
  for (const SweepUnit& unit : plan_.units) {
    EXPECT_FALSE(unit.layers.empty() || unit.coalitions.empty() || unit.samples.empty());
    EXPECT_LE(unit.layers.size(), sharding().layers);
    EXPECT_LE(unit.coalitions.size(), sharding().coalitions);
    EXPECT_LE(unit.samples.size(), sharding().samples);
    EXPECT_EQ(unit.values(), unit.layers.size() * unit.coalitions.size() * unit.samples.size());
    int holders = 0;
    for (const SampleRange& pool : pools)
      if (pool.first <= unit.samples.first && unit.samples.last <= pool.last) ++holders;
    EXPECT_EQ(holders, 1);
  }
}

TEST_P(EveryPlan, PutsSamplesOutermostThenLayersThenCoalitions) {
  for (std::size_t i = 1; i < plan_.units.size(); ++i) {
    const auto key = [](const SweepUnit& u) {
      return std::tuple{u.samples.first, u.layers.first, u.coalitions.first};
    };
    EXPECT_LT(key(plan_.units[i - 1]), key(plan_.units[i]));
  }
}

TEST(SweepPlan, IsTheWorkedExampleOfItsHeader) {
  std::vector<Extent> extents;
  for (const SweepUnit& unit : make_sweep_plan({2, 2, {5}}, {1, 4, 3}).units)
    extents.push_back(extent_of(unit));
  EXPECT_EQ(extents, (std::vector<Extent>{
                         {0, 1, 0, 4, 0, 3}, {1, 2, 0, 4, 0, 3}, {0, 1, 0, 4, 3, 5}, {1, 2, 0, 4, 3, 5}}));
}

TEST(SweepPlan, CutsAPoolIntoShardsOfNearlyEqualSize) {
  std::multiset<std::int64_t> sizes;
  for (const SweepUnit& unit : make_sweep_plan({1, 1, {10, 4}}, {1, 2, 4}).units)
    sizes.insert(unit.samples.size());
  EXPECT_EQ(sizes, (std::multiset<std::int64_t>{3, 3, 4, 4}));
}

TEST(SweepPlan, RefusesAnEmptyDirectionAndAShardOfNothing) {
  const GameShape good{2, 2, {5}};
  EXPECT_THROW((void)make_sweep_plan({0, 2, {5}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({2, 0, {5}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({2, kMaxPlayers + 1, {5}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({2, 2, {}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({2, 2, {5, 0}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({2, 2, {-5}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan(good, {0, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan(good, {1, 0, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan(good, {1, 1, -1}), PlanError);
}

TEST(SweepPlan, RefusesMoreUnitsOrSamplesThanIdsBeforeAllocatingThem) {
  constexpr int kMany = std::numeric_limits<int>::max();
  EXPECT_THROW((void)make_sweep_plan({kMany, kMaxPlayers, {kMany}}, {1, 1, 1}), PlanError);
  EXPECT_THROW((void)make_sweep_plan({1, 1, {kMany, kMany}}, {1, 1, kMany}), PlanError);
}

TEST(SweepPlan, ErrorNamesThePoolWithoutSamples) {
  try {
    (void)make_sweep_plan({2, 2, {5, 3, 0}}, {1, 1, 1});
    FAIL() << "an empty pool was accepted";
  } catch (const PlanError& error) {
    EXPECT_NE(std::string{error.what()}.find("benchmark 2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace harsanyi
