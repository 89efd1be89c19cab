// Functions of one row whose bits must depend neither on the other rows nor on the number of threads, beside
// their plain forms.

#include <array>
#include <cfenv>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_tensors.hpp"
#include "worker/model/rope.hpp"
#include "worker/model/row_functions.hpp"
#include "worker/model/vectorised.hpp"

namespace harsanyi {
namespace {

// A function of rows gives each row what it gives the row alone, with any number of threads.
void expect_own_bits(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& function) {
  at::set_num_threads(1);
  const at::Tensor all = function(x);
  for (std::int64_t row = 0; row < x.size(0); row += 8)
    EXPECT_TRUE(function(x.narrow(0, row, 1)).equal(all.narrow(0, row, 1))) << "width " << x.size(1);
  for (const int threads : {2, 3}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(function(x).equal(all)) << "width " << x.size(1) << ", " << threads << " threads";
  }
}

constexpr std::array kWidths{1, 40, 61, 64, 1536};

// Underflow would be a quotient that no entry asks for, and that some processors are slow at.
TEST(GateInPlace, ComputesNothingDenormal) {
  at::set_num_threads(1);
  const at::Tensor gate = random_normal({8, 1536});
  const at::Tensor up = random_normal({8, 1536});
  std::feclearexcept(FE_ALL_EXCEPT);
  gate_in_place(gate, up);
  EXPECT_EQ(std::fetestexcept(FE_UNDERFLOW), 0);
}

TEST(GateInPlace, IsSiluTimesUpOfEachRowAlone) {
  for (const int width : kWidths) {
    const at::Tensor x = random_normal({97, width}).mul_(4);
    const auto gated = [](const at::Tensor& rows) {
      at::Tensor gate = rows.clone();
      gate_in_place(gate, rows);
      return gate;
    };
    const at::Tensor exact = x.to(at::kDouble);
    EXPECT_TRUE(gated(x).to(at::kDouble).allclose(exact / (1 + (-exact).exp()) * exact, 1e-6, 1e-7));
    expect_own_bits(x, gated);
  }
}

TEST(GateInPlace, KeepsExtremesFiniteAndNansVisible) {
  const at::Tensor gate = at::tensor({-1e30F, -100.0F, 100.0F, 1e30F, std::nanf("")});
  gate_in_place(gate, at::ones({5}));
  EXPECT_TRUE(gate.narrow(0, 0, 4).isfinite().all().item<bool>());
  EXPECT_FLOAT_EQ(gate[2].item<float>(), 100.0F);
  EXPECT_TRUE(gate[4].isnan().item<bool>());
}

TEST(RmsNorm, IsThatOfEachRowAlone) {
  for (const int width : kWidths) {
    const at::Tensor x = random_normal({97, width}).mul_(3);
    const at::Tensor weight = random_normal({width});
    const auto normed = [&](const at::Tensor& rows) { return rms_norm(rows, weight, 1e-5); };
    const at::Tensor exact = x.to(at::kDouble);
    const at::Tensor expected = exact * (exact.square().mean(-1, true) + 1e-5).rsqrt() * weight;
    EXPECT_TRUE(normed(x).to(at::kDouble).allclose(expected, 1e-6, 1e-7));
    expect_own_bits(x, normed);
  }
}

TEST(SumInto, AddsInTheOrderGiven) {
  const std::vector<at::Tensor> terms{random_normal({37, 61}), random_normal({37, 61}),
                                      random_normal({37, 61})};
  const at::Tensor out = at::empty({37, 61});
  sum_into(out, terms);
  EXPECT_TRUE(out.equal(terms[0] + terms[1] + terms[2]));
}

TEST(Exponential, IsWithinTwoUnitsOfTheLastPlace) {
  for (float x = -87.0F; x <= 88.0F; x += 0.00317F) {
    const auto exact = static_cast<float>(std::exp(static_cast<double>(x)));
    EXPECT_LE(std::abs(exponential(x) - exact), 2 * (std::nextafter(exact, INFINITY) - exact)) << x;
  }
  EXPECT_GT(exponential(-1e9F), 0.0F);
  EXPECT_LT(exponential(-1e9F), 2e-38F);
  EXPECT_TRUE(std::isfinite(exponential(1e9F)));
  EXPECT_TRUE(std::isnan(exponential(NAN)));
}

TEST(Rotate, TurnsPairsOfEveryHead) {
  ModelConfig config;
  config.shape.head_size = 10;
  const std::vector<std::int64_t> positions{0, 3, 700};
  const RotaryTable table = rotary_table(rotary_frequencies(config), positions);
  const at::Tensor heads = random_normal({2, 3, 4, 10});
  const at::Tensor first = heads.narrow(3, 0, 5);
  const at::Tensor second = heads.narrow(3, 5, 5);
  const at::Tensor cosines = table.cos_RF.view({1, 3, 1, 5});
  const at::Tensor sines = table.sin_RF.view({1, 3, 1, 5});
  const at::Tensor expected =
      at::cat({first * cosines - second * sines, second * cosines + first * sines}, 3);
  rotate(heads, table);
  EXPECT_TRUE(heads.allclose(expected, 1e-6, 1e-6));
}

TEST(RotaryTable, IsThatOfEachPositionAlone) {
  ModelConfig config;
  config.shape.head_size = 10;
  const at::Tensor frequencies = rotary_frequencies(config);
  const std::vector<std::int64_t> positions{0, 1, 2, 700, 3, 4, 5};
  const RotaryTable all = rotary_table(frequencies, positions);
  for (std::size_t row = 0; row < positions.size(); ++row) {
    const RotaryTable alone = rotary_table(frequencies, std::span{positions}.subspan(row, 1));
    EXPECT_TRUE(alone.cos_RF.equal(all.cos_RF.narrow(0, static_cast<std::int64_t>(row), 1)));
    EXPECT_TRUE(alone.sin_RF.equal(all.sin_RF.narrow(0, static_cast<std::int64_t>(row), 1)));
  }
}

}  // namespace
}  // namespace harsanyi
