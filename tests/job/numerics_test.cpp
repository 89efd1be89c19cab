#include <gtest/gtest.h>

#include "orchestrator/job/run_job.hpp"

namespace harsanyi {
namespace {

bool has_fact(const Identity& identity, const std::string& name) {
  return identity.facts().contains(name);
}

TEST(NumericsInTheIdentity, NamesSumsOverGpusOnlyWhereThereAre) {
  Numerics numerics{.compute_dtype = "float32",
                    .device = "gpu: H100",
                    .blas = "cublas",
                    .blas_mode = ":4096:8",
                    .row_bits = "of batch",
                    .libtorch = "2.11.0"};
  Identity of_one;
  add_numerics(of_one, numerics);
  EXPECT_FALSE(has_fact(of_one, "numerics.device_sums"));
  numerics.device_sums = "NCCL 2.28.9, Ring, Simple";
  Identity of_group;
  add_numerics(of_group, numerics);
  EXPECT_TRUE(has_fact(of_group, "numerics.device_sums"));
}

TEST(GroupSizeInTheIdentity, IsThereWhereSeveralRanksHoldAModel) {
  Identity of_one, of_group;
  add_group_size(of_one, "numerics", 1);
  add_group_size(of_group, "numerics", 4);
  EXPECT_FALSE(has_fact(of_one, "numerics.tensor_parallel"));
  EXPECT_EQ(of_group.facts().at("numerics.tensor_parallel"), "4");
  EXPECT_NE(of_one.digest(), of_group.digest());
}

}  // namespace
}  // namespace harsanyi
