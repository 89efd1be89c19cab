#include "worker/model/weight_product.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_tensors.hpp"
#include "worker/model/amx_kernel.hpp"
#include "worker/model/amx_product.hpp"
#include "worker/model/blas_mode.hpp"
#include "worker/model/matrix.hpp"
#include "worker/model/packed_product.hpp"

namespace harsanyi {
namespace {

// As the engine does before the first product.
[[maybe_unused]] const bool kBlasModeIsFixed = (fix_blas_mode(), true);

bool is_here(ProductKernel kernel) {
  if (kernel == ProductKernel::parts)
    return true;  // here by operators, on GPUs in tests/engine/gpu_steps_test.cpp
  try {
    return resolved(kernel) == kernel;
  } catch (const ConfigError&) {
    return false;
  }
}

// Largest difference from the product in double, in units of float32's own rounding: 2^-24 of the sum of
// absolute products.
double worst_error(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& y) {
  const at::Tensor exact = at::matmul(x.to(at::kDouble), weight.to(at::kDouble).t());
  const at::Tensor size = at::matmul(x.to(at::kDouble).abs(), weight.to(at::kDouble).abs().t());
  return ((y.to(at::kDouble) - exact).abs() / size).max().item<double>() * 0x1p24;
}

class Kernels : public testing::TestWithParam<ProductKernel> {
 protected:
  void SetUp() override {
    if (!is_here(GetParam())) GTEST_SKIP() << "not on this processor: " << name_of(GetParam());
  }
};

TEST_P(Kernels, AreAsExactAsFloat32) {
  for (const auto& [rows, in, out] :
       {std::tuple{1, 24, 8}, std::tuple{33, 48, 61}, std::tuple{4, 576, 192}, std::tuple{70, 1536, 576},
        std::tuple{300, 64, 172}, std::tuple{300, 1250, 576}})
    for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16}) {
      const at::Tensor x = random_normal({rows, in});
      const at::Tensor weight = random_normal({out, in}).to(type).to(at::kFloat);
      const Matrix matrix = Matrix::prepared(weight, {at::kFloat, GetParam()});
      const at::Tensor y = matrix.times(x, {}, {at::kFloat, GetParam()});
      ASSERT_EQ(y.sizes(), (at::IntArrayRef{rows, out}));
      // n roundings of partial sums, none larger than `size`, at random: about sqrt(n) of them remain.
      EXPECT_LT(worst_error(x, weight, y), std::sqrt(static_cast<double>(in)))
          << rows << " rows, " << in << " -> " << out << ", weights of " << type;
    }
}

TEST_P(Kernels, GiveARowTheSameBitsBesideAnyRowsAndThreads) {
  if (GetParam() == ProductKernel::parts) GTEST_SKIP() << "a row's bits on a GPU are the library's affair";
  for (const auto& [in, out] : {std::pair{576, 1536}, std::pair{1536, 576}, std::pair{776, 320},
                                std::pair{48, 61}, std::pair{64, 16}, std::pair{48, 3}}) {
    const at::Tensor x = random_normal({300, in});
    const at::Tensor weight = random_normal({out, in});
    const Arithmetic arithmetic{at::kFloat, GetParam()};
    at::set_num_threads(1);
    const at::Tensor reference = Matrix::prepared(weight, arithmetic).times(x, {}, arithmetic);
    for (const int threads : {1, 2}) {
      at::set_num_threads(threads);
      const Matrix matrix = Matrix::prepared(weight, arithmetic);
      for (const int rows : {1, 2, 3, 4, 5, 17, 32, 33, 64, 300})
        for (const int first : {0, 300 - rows})
          EXPECT_TRUE(
              matrix.times(x.narrow(0, first, rows), {}, arithmetic).equal(reference.narrow(0, first, rows)))
              << in << "x" << out << ", " << rows << " rows from " << first << ", " << threads << " threads";
    }
    at::set_num_threads(1);
  }
}

TEST_P(Kernels, GiveTheSameBitsForWeightsThatAreConvertedAtEachUse) {
  const Arithmetic arithmetic{at::kFloat, GetParam()};
  const at::Tensor x = random_normal({2, 5, 96});
  const at::Tensor bias = random_normal({40});
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const at::Tensor weight = random_normal({40, 96}).to(type);
    const at::Tensor prepared = Matrix::prepared(weight, arithmetic).times(x, bias, arithmetic);
    EXPECT_EQ(prepared.sizes(), (at::IntArrayRef{2, 5, 40}));
    EXPECT_TRUE(prepared.equal(Matrix{weight}.times(x, bias, arithmetic)));
    EXPECT_TRUE(prepared.allclose(at::linear(x, weight.to(at::kFloat), bias), 1e-5, 1e-5));
  }
}

TEST_P(Kernels, PassOnWhatIsNotFinite) {
  const Arithmetic arithmetic{at::kFloat, GetParam()};
  const at::Tensor weight = random_normal({40, 96});
  for (const float bad : {INFINITY, NAN, 3.4e38F}) {
    at::Tensor x = random_normal({3, 96});
    x[1][7] = bad;
    const at::Tensor y = Matrix::prepared(weight * 10, arithmetic).times(x, {}, arithmetic);
    EXPECT_TRUE(y[0].isfinite().all().item<bool>()) << bad;
    EXPECT_TRUE(y[2].isfinite().all().item<bool>()) << bad;
    EXPECT_FALSE(y[1].isfinite().all().item<bool>()) << bad;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Kernels,
                         testing::Values(ProductKernel::amx, ProductKernel::packed, ProductKernel::library,
                                         ProductKernel::parts),
                         [](const auto& kernel) { return std::string{name_of(kernel.param)}; });

TEST(AmxProduct, KeepsAsManyPartsAsTheWeightsHave) {
  if (!amx::available()) GTEST_SKIP() << "no AMX on this processor";
  const auto bytes = [](const at::Tensor& weight) { return prepare(weight, ProductKernel::amx)->bytes(); };
  const at::Tensor weight = random_normal({64, 192});
  EXPECT_EQ(bytes(weight.to(at::kBFloat16)), 2 * weight.numel());
  EXPECT_EQ(bytes(weight.to(at::kHalf)), 4 * weight.numel());
  EXPECT_EQ(bytes(weight), 6 * weight.numel());
}

TEST(AmxProduct, LeavesLongRowsOfThreePartsToMkl) {
  if (!amx::available() || !has_packed_products()) GTEST_SKIP() << "one of the two is not here";
  const at::Tensor weight = random_normal({64, 1536});
  EXPECT_EQ(prepare(weight, ProductKernel::amx)->bytes(), 4 * weight.numel());
  EXPECT_EQ(prepare(weight.to(at::kBFloat16), ProductKernel::amx)->bytes(), 2 * weight.numel());
}

TEST(OurOwnLoops, AreSharedOutBetweenThreads) {
  std::array<int, 2> thread{-1, -1};
  at::set_num_threads(2);
  at::parallel_for(0, 2, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) thread[static_cast<std::size_t>(i)] = at::get_thread_num();
  });
  at::set_num_threads(1);
  EXPECT_EQ(thread, (std::array{0, 1}));
}

TEST(AmxProduct, LosesNoMoreThanTheLibrarysProduct) {
  if (!amx::available()) GTEST_SKIP() << "no AMX on this processor";
  const at::Tensor x = random_normal({64, 1536});
  const at::Tensor weight = random_normal({96, 1536});
  const at::Tensor exact = at::matmul(x.to(at::kDouble), weight.to(at::kDouble).t());
  const auto mean_error = [&](const at::Tensor& y) {
    return (y.to(at::kDouble) - exact).square().mean().item<double>();
  };
  EXPECT_LE(mean_error(AmxProduct{weight, 3}.times(x)), mean_error(at::linear(x, weight)));
}

TEST(Resolved, NamesAKernelThatIsHere) {
  EXPECT_NE(resolved(ProductKernel::automatic), ProductKernel::automatic);
  EXPECT_EQ(resolved(ProductKernel::library), ProductKernel::library);
}

}  // namespace
}  // namespace harsanyi
