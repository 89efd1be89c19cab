// The demo's model against transformers (goldens by tests/parity/make_goldens.py). Runs where
// HARSANYI_DEMO_MODEL names the model's folder, as test.sh sets it; skipped elsewhere.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

constexpr double kTolerance = 2e-4;  // float32 noise of this model is 5e-5

class SmolLM2 : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HARSANYI_DEMO_MODEL");
    if (folder == nullptr) GTEST_SKIP() << "HARSANYI_DEMO_MODEL is not set";
    engine_ = load_engine(folder, {.threads = 2});
    goldens_ = json::parse(std::ifstream{HARSANYI_SOURCE_DIR "/tests/engine/data/smollm2_goldens.json"});
    for (const json& golden : goldens_["prompts"])
      prompts_.push_back({golden["tokens"], goldens_["label_tokens"], 0});
  }

  std::unique_ptr<Engine> engine_;
  json goldens_;
  std::vector<Prompt> prompts_;
};

TEST_F(SmolLM2, LogitsOfTwentyRealPromptsAreThoseOfTransformers) {
  ASSERT_EQ(prompts_.size(), 20U);
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    const json& golden = goldens_["prompts"][p];
    const auto logits = engine_->forward(prompts_[p].tokens, {}, {.all_positions = false}).logits;
    double sum = 0.0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    EXPECT_NEAR(std::log(sum), golden["logsumexp"].get<double>(), kTolerance);
    for (std::size_t i = 0; i < golden["top_tokens"].size(); ++i)
      EXPECT_NEAR(logits.at(golden["top_tokens"][i]), golden["top_logits"][i].get<double>(), kTolerance)
          << "prompt " << p;
  }
}

TEST_F(SmolLM2, LabelPredictionsOfOneBatchAreThoseOfTransformers) {
  const auto logits = engine_->answers(prompts_, nullptr, AnswerScope::label_tokens);
  ASSERT_EQ(logits.size(), prompts_.size());
  for (std::size_t p = 0; p < prompts_.size(); ++p) {
    const auto golden = goldens_["prompts"][p]["label_logits"].get<std::vector<double>>();
    EXPECT_NEAR(logits[p].label_logits[0], golden[0], kTolerance);
    EXPECT_NEAR(logits[p].label_logits[1], golden[1], kTolerance);
    EXPECT_EQ(logits[p].label_logits[0] < logits[p].label_logits[1], golden[0] < golden[1]) << "prompt " << p;
  }
}

TEST_F(SmolLM2, BitsOfAUnitAreTheSameForOneAndTwoThreads) {
  const SweepUnit unit{UnitId{0}, {27, 30}, {0, 8}, {0, 3}};
  const auto two = engine_->values(unit, prompts_, {});
  const auto one =
      load_engine(std::getenv("HARSANYI_DEMO_MODEL"), {.threads = 1})->values(unit, prompts_, {});
  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace harsanyi
