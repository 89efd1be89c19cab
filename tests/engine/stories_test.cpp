// Goldens of the stories260k model in the shared folder (its PROVENANCE.md): a real Llama with tied
// embeddings.

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

class Stories : public testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("HARSANYI_SHARED");
    if (shared == nullptr) GTEST_SKIP() << "HARSANYI_SHARED is not set";
    const auto folder = std::filesystem::path{shared} / "models" / "stories260k";
    engine_ = load_engine(folder, {.threads = 1});
    expected_ = json::parse(std::ifstream{folder / "expected.json"});
  }
  std::unique_ptr<Engine> engine_;
  json expected_;
};

double negative_log_likelihood(std::span<const float> logits, std::int32_t token) {
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return std::log(sum) - static_cast<double>(logits[static_cast<std::size_t>(token)]);
}

TEST_F(Stories, LogitsAndLikelihoods) {
  const auto vocabulary = static_cast<std::size_t>(engine_->config().shape.vocabulary);
  for (const json& golden : expected_["logits"]) {
    const auto ids = golden["ids"].get<std::vector<std::int32_t>>();
    const auto logits = engine_->forward(ids, {}, {}).logits;
    const std::span last = std::span{logits}.last(vocabulary);
    const auto golden_last = golden["last"].get<std::vector<double>>();
    ASSERT_EQ(golden_last.size(), vocabulary);
    for (std::size_t token = 0; token < vocabulary; ++token)
      EXPECT_NEAR(last[token], golden_last[token], 1e-4);
    for (std::size_t i = 1; i < ids.size(); ++i)
      EXPECT_NEAR(
          negative_log_likelihood(std::span{logits}.subspan((i - 1) * vocabulary, vocabulary), ids[i]),
          golden["nll"][i - 1].get<double>(), 1e-4);
  }
}

TEST_F(Stories, GreedyStory) {
  // 200 tokens one by one would be 200 passes; the arg-max after every prefix follows from a single pass.
  const auto ids = expected_["greedy"]["ids"].get<std::vector<std::int32_t>>();
  const auto vocabulary = static_cast<std::size_t>(engine_->config().shape.vocabulary);
  const auto logits = engine_->forward(ids, {}, {}).logits;
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
    const auto row = std::span{logits}.subspan(i * vocabulary, vocabulary);
    EXPECT_EQ(std::max_element(row.begin(), row.end()) - row.begin(), ids[i + 1])
        << "after " << i + 1 << " tokens";
  }
}

}  // namespace
}  // namespace harsanyi
