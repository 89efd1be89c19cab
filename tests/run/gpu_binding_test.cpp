#include "orchestrator/run/gpu_binding.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::string error_of(const std::vector<RankGpus>& ranks) {
  try {
    check_gpu_binding(ranks);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST(GpuBinding, OfAGpuForEachRankIsWell) {
  EXPECT_EQ(error_of({{"n1", "0", "0,1"}, {"n1", "1", "0,1"}, {"n2", "0", "0,1"}, {"n2", "1", "0,1"}}), "");
  EXPECT_EQ(error_of({{"n1", "0,1", "0,1,2,3"}, {"n1", "2,3", "0,1,2,3"}}), "");
}

TEST(GpuBinding, RanksOnOneGpuAreNamedWithTheRemedy) {
  const std::string error = error_of({{"n1", "0", "0"}, {"n2", "0", "0"}, {"n2", "0", "0"}});
  EXPECT_NE(error.find("ranks 1 and 2 on n2 share GPU 0"), std::string::npos) << error;
  EXPECT_NE(error.find("--gpus-per-task=1"), std::string::npos) << error;
}

TEST(GpuBinding, UnboundRanksThatSeeAllGpusShareThem) {
  EXPECT_NE(error_of({{"n1", "0,1", "0,1"}, {"n1", "0,1", "0,1"}}), "");
}

TEST(GpuBinding, RanksConfinedToTheirGpuAllCallIt0) {
  EXPECT_EQ(error_of({{"n1", "0", "2,5"}, {"n1", "0", "2,5"}}), "");
  EXPECT_NE(error_of({{"n1", "0", "2,5"}, {"n1", "0", "2,5"}, {"n1", "0", "2,5"}}), "");
}

TEST(GpuBinding, OfJobsWithoutGpusIsNotLookedAt) {
  EXPECT_EQ(error_of({{"n1", "0", ""}, {"n1", "0", ""}}), "");
  EXPECT_EQ(error_of({{"n1"}, {"n1"}}), "");
}

}  // namespace
}  // namespace harsanyi
