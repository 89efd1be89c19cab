#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

class LogLikelihoods : public testing::Test {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), {});
    engine_ = load_engine(folder_.path(), {.threads = 1});
  }

  /// One plain forward pass over prompt and continuation, log-softmax in double.
  [[nodiscard]] double by_forward_pass(const Prompt& prompt, const std::vector<std::int32_t>& continuation,
                                       const Intervention& intervention) const {
    std::vector<std::int32_t> tokens = prompt.tokens;
    tokens.insert(tokens.end(), continuation.begin(), continuation.end());
    const auto logits = engine_->forward(tokens, intervention, {}).logits;
    const auto vocabulary = static_cast<std::size_t>(engine_->config().shape.vocabulary);
    double sum = 0.0;
    for (std::size_t position = prompt.tokens.size(); position < tokens.size(); ++position) {
      const float* row = logits.data() + (position - 1) * vocabulary;
      double total = 0.0;
      for (std::size_t token = 0; token < vocabulary; ++token)
        total += std::exp(static_cast<double>(row[token]));
      sum += row[tokens[position]] - std::log(total);
    }
    return sum;
  }

  test::TempFolder folder_;
  std::unique_ptr<Engine> engine_;
  /// Continuations of several lengths, one a prefix of another, two that begin alike; one alone; none.
  std::vector<Prompt> prompts_{
      {.tokens = {1, 5, 9, 2}, .continuations = {{7}, {7, 8, 30}, {7, 8, 12, 60, 3}, {40, 2}}},
      {.tokens = {9}, .continuations = {{3, 3, 3}}},
      {.tokens = {4, 4}},
      {.tokens = {1, 5, 9, 2, 11}, .continuations = {{60}, {0}}}};
};

TEST_F(LogLikelihoods, AreThoseOfOneForwardPassPerContinuation) {
  const Calibration calibration{
      .alpha = 0.05, .beta = 0.2, .edited_heads = {{0, 1, 2}, {}, {0, 1, 2, 3, 4, 5}}};
  for (const Calibration* active : {static_cast<const Calibration*>(nullptr), &calibration}) {
    const auto values = engine_->log_likelihoods(prompts_, active);
    Intervention intervention;
    if (active != nullptr) intervention.calibration = *active;
    std::size_t i = 0;
    for (const Prompt& prompt : prompts_)
      for (const auto& continuation : prompt.continuations)
        EXPECT_NEAR(values.at(i++), by_forward_pass(prompt, continuation, intervention), 2e-5);
    EXPECT_EQ(values.size(), i);
  }
}

TEST_F(LogLikelihoods, OfAllSingleTokensAreOneDistribution) {
  Prompt prompt{.tokens = {1, 5, 9}};
  for (int token = 0; token < engine_->config().shape.vocabulary; ++token)
    prompt.continuations.push_back({token});
  double sum = 0.0;
  for (const double value : engine_->log_likelihoods({&prompt, 1}, nullptr)) sum += std::exp(value);
  EXPECT_NEAR(sum, 1.0, 1e-5);
}

TEST_F(LogLikelihoods, ManyContinuationsNeedSeveralProductsOfLogits) {
  std::mt19937 random{3};
  std::uniform_int_distribution<int> token{0, 60};
  Prompt prompt{.tokens = {1, 5}};
  for (int c = 0; c < 30; ++c) {
    prompt.continuations.emplace_back();
    for (int t = 0; t < 20; ++t) prompt.continuations.back().push_back(token(random));
  }
  const auto values = engine_->log_likelihoods({&prompt, 1}, nullptr);
  for (std::size_t c = 0; c < values.size(); ++c)
    EXPECT_NEAR(values[c], by_forward_pass(prompt, prompt.continuations[c], {}), 5e-5);
}

TEST_F(LogLikelihoods, BitsDependNeitherOnTheOtherPromptsNorOnTheNumberOfThreads) {
  const auto all = engine_->log_likelihoods(prompts_, nullptr);
  EXPECT_EQ(load_engine(folder_.path(), {.threads = 2})->log_likelihoods(prompts_, nullptr), all);
  const auto last = engine_->log_likelihoods(std::span{prompts_}.last(1), nullptr);
  EXPECT_EQ(last, std::vector(all.end() - 2, all.end()));
}

TEST_F(LogLikelihoods, RefuseEmptyForeignAndTooLongContinuations) {
  const auto of = [&](std::vector<std::int32_t> continuation) {
    const Prompt prompt{.tokens = {1, 5}, .continuations = {std::move(continuation)}};
    return engine_->log_likelihoods({&prompt, 1}, nullptr);
  };
  EXPECT_THROW((void)of({}), ModelError);
  EXPECT_THROW((void)of({61}), ModelError);
  EXPECT_NO_THROW((void)of(std::vector<std::int32_t>(62, 1)));
  EXPECT_THROW((void)of(std::vector<std::int32_t>(63, 1)), ModelError);
}

}  // namespace
}  // namespace harsanyi
