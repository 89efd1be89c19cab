#include "worker/model/affine.hpp"

#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace harsanyi {
namespace {

// The law that frees a batch's composition: the bits of a row depend neither on its neighbours nor on the
// threads.
TEST(Affine, ARowHasTheSameBitsForEveryNumberOfRowsAndThreads) {
  for (const auto& [in, out] :
       {std::pair{576, 1536}, std::pair{1536, 576}, std::pair{576, 192}, std::pair{48, 61}}) {
    const at::Tensor x = at::randn({300, in});
    const at::Tensor weight = at::randn({out, in});
    at::set_num_threads(1);
    const at::Tensor reference = affine(x, weight).narrow(0, 0, 1);
    for (const int threads : {1, 2})
      for (const int rows : {1, 2, 3, 4, 5, 17, 64, 300}) {
        at::set_num_threads(threads);
        EXPECT_TRUE(affine(x.narrow(0, 0, rows), weight).narrow(0, 0, 1).equal(reference))
            << in << "x" << out << ", " << rows << " rows, " << threads << " threads";
      }
  }
}

TEST(Affine, KeepsLeadingAxesAndAddsTheBias) {
  const at::Tensor x = at::randn({1, 2, 5});
  const at::Tensor weight = at::randn({3, 5});
  const at::Tensor bias = at::randn({3});
  const at::Tensor y = affine(x, weight, bias);
  EXPECT_EQ(y.sizes(), (at::IntArrayRef{1, 2, 3}));
  EXPECT_TRUE(y.allclose(at::matmul(x, weight.t()) + bias, 1e-5, 1e-6));
}

}  // namespace
}  // namespace harsanyi
