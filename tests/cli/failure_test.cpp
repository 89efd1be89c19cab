#include "orchestrator/cli/failure.hpp"

#include <cstdlib>
#include <sstream>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

class OnRankOneOfTwo : public testing::Test {
 protected:
  void SetUp() override {
    setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  }
  void TearDown() override {
    unsetenv("OMPI_COMM_WORLD_RANK");
    unsetenv("OMPI_COMM_WORLD_SIZE");
  }
  static std::string told(const std::exception& error) {
    std::ostringstream out;
    static_cast<void>(report_failure(error, out));
    return out.str();
  }
};

TEST_F(OnRankOneOfTwo, WhatRankZeroHasToldIsNotRepeated) {
  EXPECT_EQ(told(StorageError{"rank 0: the disk is full"}), "");
  EXPECT_EQ(told(ConfigError{"no such option"}), "");
}

TEST_F(OnRankOneOfTwo, ItsOwnFailureIsTold) {
  EXPECT_EQ(told(ModelError{"no such file"}), "harsanyi (rank 1): no such file\n");
}

TEST_F(OnRankOneOfTwo, TheSilenceOfRankZeroIsTold) {
  EXPECT_EQ(told(LostRankError{"rank 0 has said nothing for 30 min"}),
            "harsanyi (rank 1): rank 0 has said nothing for 30 min\n");
}

}  // namespace
}  // namespace harsanyi
