#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

class TorchEngine : public testing::Test {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), model_);
    engine_ = load_engine(folder_.path(), {.threads = 1});
  }
  [[nodiscard]] Calibration calibrate_all(double alpha, double beta) const {
    std::vector<int> heads;
    for (int head = 0; head < model_.shape.query_heads; ++head) heads.push_back(head);
    return {
        .alpha = alpha,
        .beta = beta,
        .redistribution = Redistribution::proportional,
        .edited_heads = std::vector<std::vector<int>>(static_cast<std::size_t>(model_.shape.layers), heads)};
  }

  test::TempFolder folder_;
  test::RandomModel model_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::int32_t> tokens_{1, 5, 9, 2, 44, 30, 7};
};

void expect_near(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

TEST_F(TorchEngine, LabelLogitsAreThoseOfAPlainForwardPass) {
  const std::vector<Prompt> prompts{{tokens_, {3, 8}, 0}, {{1, 5, 9, 60}, {8, 12}, 1}};
  const auto logits = engine_->answers(prompts, nullptr, AnswerScope::label_tokens);
  ASSERT_EQ(logits.size(), 2U);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto full = engine_->forward(prompts[p].tokens, {}, {.all_positions = false}).logits;
    for (std::size_t l = 0; l < 2; ++l)
      EXPECT_NEAR(logits[p].label_logits[l], full[static_cast<std::size_t>(prompts[p].label_tokens[l])],
                  1e-5);
  }
}

TEST_F(TorchEngine, CalibratedLabelLogitsAreThoseOfACalibratedForwardPass) {
  const Calibration calibration = calibrate_all(0.05, 0.2);
  const std::vector<Prompt> prompts{{tokens_, {3, 8}, 0}, {{1, 5, 9, 60}, {8, 12}, 1}};
  const auto logits = engine_->answers(prompts, &calibration, AnswerScope::label_tokens);
  const auto plain = engine_->answers(prompts, nullptr, AnswerScope::label_tokens);
  EXPECT_GT(std::abs(logits[0].label_logits[0] - plain[0].label_logits[0]), 1e-3)
      << "the calibration changes nothing, the test shows nothing";
  for (std::size_t p = 0; p < 2; ++p) {
    const auto full =
        engine_
            ->forward(prompts[p].tokens, {.mask = {}, .calibration = calibration}, {.all_positions = false})
            .logits;
    for (std::size_t l = 0; l < 2; ++l)
      EXPECT_NEAR(logits[p].label_logits[l], full[static_cast<std::size_t>(prompts[p].label_tokens[l])],
                  1e-5);
  }
}

TEST_F(TorchEngine, BetaOneAndAlphaOneChangeNothing) {
  const auto plain = engine_->forward(tokens_, {}, {}).logits;
  expect_near(engine_->forward(tokens_, {.mask = {}, .calibration = calibrate_all(0.0, 1.0)}, {}).logits,
              plain, 1e-5);
  expect_near(engine_->forward(tokens_, {.mask = {}, .calibration = calibrate_all(1.0, 0.0)}, {}).logits,
              plain, 1e-5);
}

TEST_F(TorchEngine, MapsAreCausalAndTheirRowsSumToOneAlsoAfterCalibration) {
  for (const double beta : {1.0, 0.1, 0.0}) {
    const auto out =
        engine_->forward(tokens_, {.mask = {}, .calibration = calibrate_all(0.1, beta)}, {.attention = true});
    const std::size_t n = tokens_.size();
    ASSERT_EQ(out.attention.size(),
              static_cast<std::size_t>(model_.shape.layers * model_.shape.query_heads) * n * n);
    for (std::size_t row = 0; row * n < out.attention.size(); ++row) {
      double sum = 0.0;
      for (std::size_t key = 0; key < n; ++key) {
        const float entry = out.attention[row * n + key];
        EXPECT_GE(entry, 0.0F);
        if (key > row % n) {
          EXPECT_EQ(entry, 0.0F);
        }
        sum += entry;
      }
      EXPECT_NEAR(sum, 1.0, 1e-6);
    }
  }
}

TEST_F(TorchEngine, HiddenStatesHaveOneRowPerLayerAndTheNormedEnd) {
  const auto out = engine_->forward(tokens_, {}, {.hidden = true});
  EXPECT_EQ(out.hidden.size(),
            static_cast<std::size_t>((model_.shape.layers + 1) * model_.shape.hidden) * tokens_.size());
  EXPECT_EQ(out.logits.size(), tokens_.size() * static_cast<std::size_t>(model_.shape.vocabulary));
}

TEST_F(TorchEngine, HalfWidthWeightsInShardsGiveNearlyTheSameLogits) {
  const auto plain = engine_->forward(tokens_, {}, {}).logits;
  for (const char* dtype : {"F16", "BF16"}) {
    const test::TempFolder folder;
    test::RandomModel narrow = model_;
    narrow.dtype = dtype;
    narrow.shards = 3;
    test::write_random_model(folder.path(), narrow);
    expect_near(load_engine(folder.path(), {.threads = 1})->forward(tokens_, {}, {}).logits, plain,
                std::string{dtype} == "F16" ? 0.02 : 0.2);
  }
}

TEST_F(TorchEngine, SaysInWhichModeTheBlasRuns) {
  // Set by the engine itself, or by whoever runs the tests: never left to chance.
  ASSERT_NE(std::getenv("MKL_CBWR"), nullptr);
  EXPECT_EQ(engine_->numerics().blas_mode, std::getenv("MKL_CBWR"));
}

TEST_F(TorchEngine, SaysThatARowOfItsProductsHasItsOwnBits) {
  EXPECT_EQ(engine_->numerics().row_bits, "own");
}

TEST_F(TorchEngine, RefusesWhatItCannotCompute) {
  EXPECT_THROW((void)engine_->forward(std::vector<std::int32_t>{}, {}, {}), ModelError);
  EXPECT_THROW((void)engine_->forward(std::vector<std::int32_t>{61}, {}, {}), ModelError);
  EXPECT_THROW((void)engine_->forward(std::vector<std::int32_t>{-1}, {}, {}), ModelError);
  EXPECT_THROW((void)engine_->forward(std::vector<std::int32_t>(65, 1), {}, {}), ModelError);
  EXPECT_THROW(
      (void)engine_->forward(tokens_, {.mask = LayerMask{LayerId{3}, Coalition{0}}, .calibration = {}}, {}),
      ModelError);
  EXPECT_THROW(
      (void)engine_->forward(tokens_, {.mask = LayerMask{LayerId{0}, Coalition{8}}, .calibration = {}}, {}),
      ModelError);
  EXPECT_THROW(
      (void)engine_->forward(
          tokens_,
          {.mask = LayerMask{LayerId{0}, Coalition{1}, MaskKind::undifferentiated, -1.0}, .calibration = {}},
          {}),
      ModelError);
  EXPECT_THROW((void)engine_->forward(tokens_, {.mask = {}, .calibration = calibrate_all(-0.1, 0.5)}, {}),
               ModelError);
  EXPECT_THROW(
      (void)engine_->forward(tokens_, {.mask = {}, .calibration = calibrate_all(0.1, std::nan(""))}, {}),
      ModelError);
  EXPECT_THROW(
      (void)engine_->answers(std::vector<Prompt>{{tokens_, {1, 2}, 2}}, nullptr, AnswerScope::label_tokens),
      ModelError);
}

}  // namespace
}  // namespace harsanyi
