#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/generate.hpp"
#include "worker/engine/vocabulary.hpp"

namespace harsanyi {
namespace {

using Texts = std::vector<std::vector<std::int32_t>>;

class Generation : public testing::Test {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), {});
    engine_ = load_engine(folder_.path(), {.threads = 2});
  }

  /// Greedy by one uncached forward pass per token.
  [[nodiscard]] std::vector<std::int32_t> by_forward_passes(std::vector<std::int32_t> tokens,
                                                            const Intervention& intervention,
                                                            int count) const {
    std::vector<std::int32_t> text;
    for (int i = 0; i < count; ++i) {
      const auto logits = engine_->forward(tokens, intervention, {.all_positions = false}).logits;
      text.push_back(
          static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
      tokens.push_back(text.back());
    }
    return text;
  }

  test::TempFolder folder_;
  std::unique_ptr<Engine> engine_;
  std::vector<Prompt> prompts_{{{1, 5, 9, 2, 44, 30, 7}}, {{1, 5, 9, 60}}, {{17}}};
};

TEST_F(Generation, IsTheArgMaxOfOneForwardPassPerToken) {
  const LayerMask mask{LayerId{1}, Coalition{5}};
  for (const Intervention& intervention : {Intervention{}, Intervention{.mask = mask, .calibration = {}}}) {
    const Texts texts = engine_->generate(prompts_, intervention, {.max_new_tokens = 20, .end_tokens = {}});
    ASSERT_EQ(texts.size(), prompts_.size());
    for (std::size_t p = 0; p < texts.size(); ++p)
      EXPECT_EQ(texts[p], by_forward_passes(prompts_[p].tokens, intervention, 20)) << "prompt " << p;
  }
}

TEST_F(Generation, EndsWithTheFirstEndTokenAndTheOtherPromptsGoOn) {
  const Texts free = engine_->generate(prompts_, {}, {.max_new_tokens = 20, .end_tokens = {}});
  const std::int32_t end = free[1][4];
  const Texts ended = engine_->generate(prompts_, {}, {.max_new_tokens = 20, .end_tokens = {-1, end}});
  for (std::size_t p = 0; p < free.size(); ++p) {
    const auto at = std::find(free[p].begin(), free[p].end(), end);
    const auto length = std::min<std::ptrdiff_t>(at - free[p].begin() + 1, 20);
    EXPECT_EQ(ended[p], std::vector(free[p].begin(), free[p].begin() + length)) << "prompt " << p;
  }
  EXPECT_LT(ended[1].size(), 20U);
}

TEST_F(Generation, OneTokenNeedsNoStepAndIsTheAnswer) {
  const Texts texts = engine_->generate(prompts_, {}, {.max_new_tokens = 1, .end_tokens = {}});
  const auto answers = engine_->answers(prompts_, nullptr, AnswerScope::vocabulary);
  for (std::size_t p = 0; p < texts.size(); ++p) EXPECT_EQ(texts[p], std::vector{answers[p].token});
  EXPECT_TRUE(engine_->generate({}, {}, {}).empty());
}

TEST_F(Generation, ModesOfCalibrationDifferOnlyAfterThePrompt) {
  std::vector<Texts> of_mode;
  for (const auto mode :
       {DecodeCalibration::prefill_only, DecodeCalibration::row_only, DecodeCalibration::running}) {
    const Calibration calibration{
        .alpha = 0.0, .beta = 0.0, .decoding = mode, .edited_heads = {{0, 3}, {1}, {}}};
    of_mode.push_back(engine_->generate(prompts_, {.mask = {}, .calibration = calibration},
                                        {.max_new_tokens = 30, .end_tokens = {}}));
  }
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    EXPECT_EQ(of_mode[0][p][0], of_mode[1][p][0]);
    EXPECT_EQ(of_mode[0][p][0], of_mode[2][p][0]);
  }
  EXPECT_NE(of_mode[0], of_mode[1]);
  EXPECT_NE(of_mode[0], of_mode[2]);
}

TEST_F(Generation, RefusesMoreTokensThanPositionsAndNoTokens) {
  EXPECT_NO_THROW((void)engine_->generate(prompts_, {}, {.max_new_tokens = 57, .end_tokens = {}}));
  EXPECT_THROW((void)engine_->generate(prompts_, {}, {.max_new_tokens = 58, .end_tokens = {}}), ModelError);
  EXPECT_THROW((void)engine_->generate(prompts_, {}, {.max_new_tokens = 0, .end_tokens = {}}), ModelError);
  EXPECT_THROW((void)engine_->generate(std::vector<Prompt>{{}}, {}, {}), ModelError);
}

TEST(MostLikely, IsTheLowestOfEqualsAndNeverChosenAmongNaNs) {
  EXPECT_EQ(most_likely(std::array{0.5F, 2.0F, 2.0F, 1.0F}), 1);
  EXPECT_THROW((void)most_likely(std::array{0.5F, std::numeric_limits<float>::quiet_NaN()}), ModelError);
}

}  // namespace
}  // namespace harsanyi
