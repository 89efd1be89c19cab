// The code of GPUs beside that of the CPU, on random checkpoints. On a machine without a GPU it runs through
// operators on the CPU; tests/gpu/run.sh sets HARSANYI_TEST_DEVICE=gpu.

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test_device.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

constexpr double kTolerance = 1e-4;  // of float32 numbers of the size of 1

std::vector<Prompt> prompts() {
  return {{{1, 9, 4, 7, 30, 2, 44}, {3, 11, 20}, 0, {{5, 6}, {17, 2, 9}}},
          {{1, 9, 4, 7, 60}, {3, 11, 20}, 1, {{8}, {1, 1}}},
          {{1, 9, 4, 7, 12, 13, 14, 15, 16, 17}, {3, 11, 20}, 2, {{4, 4}, {50}}}};
}

class OnDevice : public testing::TestWithParam<test::RandomModel> {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), GetParam());
    cpu_ = load_engine(folder_.path(), {.threads = 1});
    other_ = load_engine(folder_.path(),
                         {.threads = 1, .device = test::device_under_test(DeviceChoice::operators)});
  }

  [[nodiscard]] Calibration calibration() const {
    return {.alpha = 0.05, .edited_heads = {{0, 2}, {}, {1, 3, 5}}};
  }

  static void expect_near(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], kTolerance) << "entry " << i;
  }
  static void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
    expect_near(std::vector<double>(a.begin(), a.end()), std::vector<double>(b.begin(), b.end()));
  }

  test::TempFolder folder_;
  std::unique_ptr<Engine> cpu_;
  std::unique_ptr<Engine> other_;
};

TEST_P(OnDevice, IsAnotherDevice) {
  EXPECT_NE(cpu_->numerics().device, other_->numerics().device);
}

TEST_P(OnDevice, ValuesAreThoseOfTheCpu) {
  const auto samples = prompts();
  const auto coalitions = coalition_count(GetParam().shape.kv_heads);
  const SweepUnit unit{{0}, {0, 3}, {0, coalitions}, {0, 3}};
  for (const MaskKind mask : {MaskKind::undifferentiated, MaskKind::uniform, MaskKind::drop})
    for (const ValueKind value : {ValueKind::label_set, ValueKind::full_vocabulary}) {
      const GameRules rules{mask, uses_epsilon(mask) ? 1e-5 : 0.0, value};
      SCOPED_TRACE(name_of(mask));
      expect_near(cpu_->values(unit, samples, rules), other_->values(unit, samples, rules));
    }
}

TEST_P(OnDevice, AnswersAreThoseOfTheCpu) {
  const auto samples = prompts();
  const Calibration edits = calibration();
  for (const Calibration* edit : {static_cast<const Calibration*>(nullptr), &edits}) {
    const auto a = cpu_->answers(samples, edit, AnswerScope::vocabulary);
    const auto b = other_->answers(samples, edit, AnswerScope::vocabulary);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      expect_near(a[i].label_logits, b[i].label_logits);
      EXPECT_EQ(a[i].token, b[i].token);
      EXPECT_NEAR(a[i].logsumexp, b[i].logsumexp, kTolerance);
    }
    expect_near(cpu_->log_likelihoods(samples, edit), other_->log_likelihoods(samples, edit));
  }
}

TEST_P(OnDevice, TextsAreThoseOfTheCpu) {
  for (const DecodeCalibration decoding :
       {DecodeCalibration::prefill_only, DecodeCalibration::row_only, DecodeCalibration::running}) {
    Calibration edits = calibration();
    edits.decoding = decoding;
    const Intervention intervention{.mask = LayerMask{{1}, Coalition{0b10}}, .calibration = edits};
    const GenerationRules rules{.max_new_tokens = 12, .end_tokens = {0}};
    EXPECT_EQ(cpu_->generate(prompts(), intervention, rules),
              other_->generate(prompts(), intervention, rules));
  }
}

TEST_P(OnDevice, ForwardPassesAreThoseOfTheCpu) {
  const auto tokens = prompts()[2].tokens;
  const Intervention intervention{.mask = LayerMask{{1}, Coalition{0b10}}, .calibration = calibration()};
  const ForwardRequest everything{.all_positions = true, .hidden = true, .attention = true};
  const ForwardOutput a = cpu_->forward(tokens, intervention, everything);
  const ForwardOutput b = other_->forward(tokens, intervention, everything);
  expect_near(a.logits, b.logits);
  expect_near(a.hidden, b.hidden);
  expect_near(a.attention, b.attention);
}

INSTANTIATE_TEST_SUITE_P(Families, OnDevice,
                         testing::Values(test::RandomModel{},
                                         test::RandomModel{.family = "qwen2", .dtype = "BF16"},
                                         test::RandomModel{.family = "qwen3"},
                                         test::RandomModel{.family = "mistral", .sliding_window = 4}),
                         [](const auto& model) { return model.param.family; });

TEST(Device, AGpuThatIsNotThereIsRefused) {
  if (test::device_under_test(DeviceChoice::operators) == DeviceChoice::gpu) GTEST_SKIP() << "there is one";
  const test::TempFolder folder;
  test::write_random_model(folder.path(), {});
  try {
    (void)load_engine(folder.path(), {.threads = 1, .device = DeviceChoice::gpu});
    // A machine with a GPU, whose tests were started without tests/gpu/run.sh.
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string{error.what()}.find("--device cpu"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace harsanyi
