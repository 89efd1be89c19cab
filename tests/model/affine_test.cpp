#include "worker/model/affine.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_tensors.hpp"
#include "worker/model/blas_mode.hpp"
#include "worker/model/row_bits.hpp"

namespace harsanyi {
namespace {

// As the engine does before the first product.
[[maybe_unused]] const bool kBlasModeIsFixed = (fix_blas_mode(), true);

// The law that frees a batch's composition: the bits of a row depend neither on its neighbours nor on the
// threads.
TEST(Affine, ARowHasTheSameBitsForEveryNumberOfRowsAndThreads) {
  for (const auto& [in, out] : {std::pair{576, 1536}, std::pair{1536, 576}, std::pair{576, 192},
                                std::pair{48, 61}, std::pair{64, 16}, std::pair{48, 24}, std::pair{48, 3}}) {
    const at::Tensor x = random_normal({300, in});
    const at::Tensor weight = random_normal({out, in});
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

at::Tensor plain_affine(const at::Tensor& x, const at::Tensor& weight) {
  return affine(x, weight);
}

TEST(RowsHaveOwnBits, IsFoundOfTheProductsOfTheEngine) {
  EXPECT_TRUE(rows_have_own_bits(plain_affine, 2));
}

TEST(RowsHaveOwnBits, IsNotFoundWhereRowsOrThreadsMoveTheLastBits) {
  const auto by_rows = [](const at::Tensor& x, const at::Tensor& weight) {
    return x.size(0) == 17 ? affine(x, weight) * (1 + 0x1p-23) : affine(x, weight);
  };
  const auto by_threads = [](const at::Tensor& x, const at::Tensor& weight) {
    return at::get_num_threads() == 2 ? affine(x, weight) * (1 + 0x1p-23) : affine(x, weight);
  };
  EXPECT_FALSE(rows_have_own_bits(by_rows, 2));
  EXPECT_FALSE(rows_have_own_bits(by_threads, 2));
}

TEST(RowsHaveOwnBits, LeavesTheNumberOfThreadsAsItWas) {
  at::set_num_threads(1);
  EXPECT_TRUE(rows_have_own_bits(plain_affine, 3));
  EXPECT_EQ(at::get_num_threads(), 1);
}

TEST(BatchedProduct, HasTheSameBitsForEveryNumberOfThreads) {
  for (const int batch : {1, 2, 3})
    for (const int rows : {1, 2, 3, 7, 64})
      for (const int keys : {7, 65, 300}) {
        const at::Tensor queries = random_normal({batch, rows, 64});
        const at::Tensor keys_t = random_normal({batch, 64, keys});
        at::set_num_threads(1);
        const at::Tensor reference = batched_product(queries, keys_t, at::kFloat);
        EXPECT_TRUE(reference.allclose(at::matmul(queries, keys_t), 1e-5, 1e-5));
        at::set_num_threads(2);
        EXPECT_TRUE(batched_product(queries, keys_t, at::kFloat).equal(reference))
            << batch << " of " << rows << "x" << keys;
      }
}

TEST(Affine, ProductsOfNarrowTypesReturnFloats) {
  const at::Tensor x = random_normal({6, 32});
  const at::Tensor weight = random_normal({48, 32}).to(at::kBFloat16);
  const at::Tensor wide = affine(x, weight);
  EXPECT_TRUE(wide.equal(affine(x, weight.to(at::kFloat)))) << "a stored matrix is widened exactly";
  for (const auto type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor narrow = affine(x, weight, {}, type);
    EXPECT_EQ(narrow.scalar_type(), at::kFloat);
    EXPECT_TRUE(narrow.allclose(wide, 0.02, 0.2));
    EXPECT_FALSE(narrow.equal(wide)) << "nothing was rounded";
  }
}

TEST(Affine, KeepsLeadingAxesAndAddsTheBias) {
  const at::Tensor x = random_normal({1, 2, 5});
  const at::Tensor weight = random_normal({3, 5});
  const at::Tensor bias = random_normal({3});
  const at::Tensor y = affine(x, weight, bias);
  EXPECT_EQ(y.sizes(), (at::IntArrayRef{1, 2, 3}));
  EXPECT_TRUE(y.allclose(at::matmul(x, weight.t()) + bias, 1e-5, 1e-6));
}

}  // namespace
}  // namespace harsanyi
