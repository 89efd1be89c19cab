// The steps of GPUs beside libtorch's operators: with the kernels themselves where HARSANYI_TEST_DEVICE says
// gpu (tests/gpu/run.sh does), else with loops in their place, on the CPU.

#include "worker/model/gpu_steps.hpp"

#include <cmath>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "partition/base/shared_library.hpp"
#include "tests/support/host_kernels.hpp"
#include "tests/support/random_tensors.hpp"
#include "tests/support/test_device.hpp"
#include "worker/engine/engine.hpp"
#include "worker/model/device.hpp"
#include "worker/model/parts_product.hpp"
#include "worker/model/prompt_batch.hpp"

namespace harsanyi {
namespace {

constexpr Arithmetic kByParts{at::kFloat, ProductKernel::parts};

/// Of numbers of the size of 1, computed in another order.
constexpr double kRounding = 2e-6;

class GpuDeviceSteps : public testing::Test {
 protected:
  void SetUp() override {
    on_gpu_ = test::device_under_test(DeviceChoice::operators) == DeviceChoice::gpu;
    if (on_gpu_) {
      gpu_ = open_device(DeviceChoice::gpu, 0, engine_folder());
      kernels_ = gpu_kernels(engine_folder());
      ASSERT_NE(kernels_, nullptr) << "this build has no kernels for GPUs";
    } else {
      kernels_ = &test::host_kernels();
      gpu_ = {.place = at::kCPU,
              .steps = gpu_steps(*kernels_, at::kCPU),
              .meter = gpu_stage_meter(*kernels_, at::kCPU),
              .name = "loops"};
    }
    operators_ = operator_steps(gpu_.place);
  }

  /// Of the only library that has this function.
  static std::filesystem::path engine_folder() {
    return folder_of(::dlsym(RTLD_DEFAULT, "harsanyi_engine_create"));
  }

  [[nodiscard]] at::Tensor random(at::IntArrayRef sizes) const {
    return on(gpu_.place, random_normal(sizes));
  }

  static void expect_near(const at::Tensor& a, const at::Tensor& b, double tolerance = kRounding) {
    ASSERT_EQ(a.sizes(), b.sizes());
    EXPECT_TRUE(a.isfinite().all().item<bool>());
    EXPECT_LE((a - b).abs().max().item<double>(), tolerance);
  }

  /// What a product by parts would take them for.
  static at::Tensor sum_of_parts(const ProductInput& input) {
    const at::Tensor& parts = input.packed([]() -> at::Tensor { throw ModelError{"not packed"}; });
    const auto width = parts.size(-1) / 3;
    at::Tensor sum = parts.narrow(-1, 0, width).to(at::kFloat);
    for (const int part : {1, 2}) sum = sum + parts.narrow(-1, part * width, width).to(at::kFloat);
    return sum;
  }

  bool on_gpu_ = false;
  const gpu::Kernels* kernels_ = nullptr;
  Device gpu_;
  std::shared_ptr<const DeviceSteps> operators_;
};

TEST_F(GpuDeviceSteps, NormsAreThoseOfOperators) {
  for (const std::int64_t width : {8, 64, 576, 1024, 1028, 4096}) {
    SCOPED_TRACE(width);
    const at::Tensor x = random({3, 41, width}) * 2;
    const at::Tensor weight = random({width});
    const at::Tensor expected = operators_->rms_norm(x, weight, 1e-5);
    expect_near(gpu_.steps->rms_norm(x, weight, 1e-5), expected, 4 * kRounding);
    expect_near(sum_of_parts(gpu_.steps->normed(x, weight, 1e-5, kByParts)), expected, 4 * kRounding);
  }
}

TEST_F(GpuDeviceSteps, PartsAddUpToTheRows) {
  const at::Tensor x = random({2, 37, 68}) * (10 * random({2, 37, 68})).exp();
  EXPECT_TRUE(sum_of_parts(gpu_.steps->input_of(x, kByParts)).equal(x));
  EXPECT_TRUE(split_on_gpu(*kernels_, x).equal(PartsProduct::parts_of(x)));
}

TEST_F(GpuDeviceSteps, GatesAreThoseOfOperators) {
  const at::Tensor gate = random({3, 41, 172}) * 3;
  const at::Tensor up = random({3, 41, 172});
  const at::Tensor expected = at::silu(gate) * up;
  expect_near(gpu_.steps->gated(gate.clone(), up, {}).rows(), expected, 8 * kRounding);
  expect_near(sum_of_parts(gpu_.steps->gated(gate.clone(), up, kByParts)), expected, 8 * kRounding);
}

TEST_F(GpuDeviceSteps, RotationsAreThoseOfOperators) {
  const at::Tensor heads = random({3, 17, 5, 32});
  const RotaryTable table{random({17, 16}), random({17, 16})};
  const at::Tensor expected = heads.clone();
  operators_->rotate(expected, table);
  gpu_.steps->rotate(heads, table);
  expect_near(heads, expected, 4 * kRounding);
}

TEST_F(GpuDeviceSteps, InputsOfCoalitionsAreThoseOfOperators) {
  const std::vector<Coalition> coalitions{Coalition{0b000}, Coalition{0b101}, Coalition{0b111},
                                          Coalition{0b010}};
  PlayerOutputs players{random({3, 29, 64}), random({3, 29, 64}), random({29, 64})};
  expect_near(gpu_.steps->coalition_inputs(players, coalitions),
              operators_->coalition_inputs(players, coalitions), 4 * kRounding);
  players.absent = at::Tensor{};
  expect_near(gpu_.steps->coalition_inputs(players, coalitions),
              operators_->coalition_inputs(players, coalitions), 4 * kRounding);
}

struct Heads {
  int query_heads, kv_heads, size;
};

class GpuDeviceAttention : public GpuDeviceSteps, public testing::WithParamInterface<Heads> {
 protected:
  // Prompts of many lengths that begin alike: a prefix of more and of fewer rows than a tile.
  [[nodiscard]] static std::vector<Prompt> prompts(int prefix) {
    std::vector<Prompt> all;
    for (const int own : {1, 70, 3, 20, 133}) {
      Prompt prompt;
      for (int t = 0; t < prefix + own; ++t) prompt.tokens.push_back(t < prefix ? t : 1000 * own + t);
      all.push_back(prompt);
    }
    return all;
  }
};

TEST_P(GpuDeviceAttention, IsThatOfOperators) {
  const auto [query_heads, kv_heads, size] = GetParam();
  const ModelShape shape{.query_heads = query_heads, .kv_heads = kv_heads, .head_size = size};
  for (const int prefix : {0, 5, 75})
    for (const AttentionWindow window : {AttentionWindow{}, AttentionWindow{4}, AttentionWindow{90}})
      for (const QueryRows wanted : {QueryRows::all, QueryRows::last_of_each_prompt})
        for (const bool scaled : {false, true}) {
          // Loops take their time: a part of all combinations.
          if (!on_gpu_ && (scaled != (prefix == 5) || window.value_or(0) == 90)) continue;
          SCOPED_TRACE(testing::Message() << prefix << " prefix, window " << window.value_or(0) << ", all "
                                          << (wanted == QueryRows::all) << ", scaled " << scaled);
          const auto samples = prompts(prefix);
          const RowLayout layout = RowLayout::sharing_prefix(samples);
          const auto rows = layout.rows();
          const auto queries = wanted == QueryRows::all ? rows : layout.prompts();
          const at::Tensor scale = scaled ? random({query_heads}) : at::Tensor{};
          const Projections in{random({2, queries, query_heads, size}), random({2, rows, kv_heads, size}),
                               random({2, rows, kv_heads, size}), window};
          const at::Tensor ours = gpu_.steps->batch_of(layout, shape)->attention(in, wanted, scale);
          const at::Tensor theirs = operators_->batch_of(layout, shape)->attention(in, wanted, scale);
          expect_near(ours, theirs.contiguous(), 4 * kRounding);
        }
}

INSTANTIATE_TEST_SUITE_P(Sizes, GpuDeviceAttention,
                         testing::Values(Heads{6, 3, 8}, Heads{4, 4, 16}, Heads{16, 8, 32}, Heads{9, 3, 64},
                                         Heads{14, 2, 64}, Heads{8, 2, 128}, Heads{40, 2, 128},
                                         Heads{4, 2, 24}),
                         [](const auto& heads) {
                           const Heads& h = heads.param;
                           return fmt::format("{}of{}size{}", h.query_heads, h.kv_heads, h.size);
                         });

TEST_F(GpuDeviceSteps, StagesAreMeasuredWhereTheyAreComputed) {
  const at::Tensor x = random({64, 512});
  const int stages = 10000;  // more than are kept before they are added up
  for (int i = 0; i < stages; ++i) {
    timed(*gpu_.meter, Stage::rows, [&] { (void)gpu_.steps->rms_norm(x.narrow(0, 0, 1), x[1], 1e-5); });
    timed(*gpu_.meter, Stage::attention, [] {});
  }
  const StageTimes times = gpu_.meter->times();
  EXPECT_EQ(times.seconds(Stage::products), 0.0);
  EXPECT_GT(times.seconds(Stage::rows), 0.0);
  if (!on_gpu_) {
    EXPECT_EQ(times.seconds(Stage::rows), stages);
    EXPECT_EQ(times.seconds(Stage::attention), stages);
  }
  EXPECT_EQ(gpu_.meter->times().seconds(Stage::rows), times.seconds(Stage::rows));
}

TEST_F(GpuDeviceSteps, WhatIsNotStartedIsSaid) {
  gpu::Kernels broken = *kernels_;
  broken.rms_norm = [](int, const float*, const float*, float, std::int64_t, int,
                       gpu::RowsOut) -> const char* { return "out of luck"; };
  const auto steps = gpu_steps(broken, gpu_.place);
  try {
    (void)steps->rms_norm(random({3, 8}), random({8}), 1e-5);
    FAIL() << "no error";
  } catch (const ModelError& error) {
    EXPECT_NE(std::string{error.what()}.find("out of luck"), std::string::npos) << error.what();
  }
}

TEST_F(GpuDeviceSteps, ProductsByPartsAreAsExactAsSumsInFloat32) {
  if (!on_gpu_) GTEST_SKIP() << "for GPUs; by operators in tests/model/weight_product_test.cpp";
  for (const auto& [rows, in, out] :
       {std::tuple{300, 64, 172}, std::tuple{4096, 512, 1024}, std::tuple{4096, 576, 192},
        std::tuple{4096, 1536, 576}, std::tuple{4096, 4096, 1024}, std::tuple{2048, 14336, 512}})
    for (const auto type : {at::kBFloat16, at::kHalf, at::kFloat}) {
      SCOPED_TRACE(testing::Message() << rows << " rows, " << in << " to " << out << ", weights of " << type);
      const at::Tensor x = random({rows, in});
      const at::Tensor weight = (random({out, in}) / std::sqrt(static_cast<double>(in))).to(type);
      const at::Tensor exact = at::matmul(x.to(at::kDouble), weight.to(at::kDouble).t());
      const auto error = [&](const at::Tensor& y) {
        return (y.to(at::kDouble) - exact).square().mean().sqrt().item<double>();
      };
      const double of_library = error(at::matmul(x, weight.to(at::kFloat).t()));
      const Matrix matrix = Matrix::prepared(weight, kByParts);
      const double of_parts = error(matrix.times(gpu_.steps->input_of(x, kByParts), {}, kByParts));
      RecordProperty("errors", fmt::format("float32 {:.2e}, parts {:.2e}", of_library, of_parts));
      // Of float32 sums of that many terms of the size of 1 / sqrt(in), one after the other: 1.8e-8 sqrt(in)
      // was measured. The library's are better where it cuts them up.
      const double allowed = 2.4e-8 * std::sqrt(static_cast<double>(in));
      EXPECT_LT(of_library, allowed);
      EXPECT_LT(of_parts, allowed) << "float32: " << of_library;
    }
}

}  // namespace
}  // namespace harsanyi
