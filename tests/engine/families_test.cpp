// Tiny random checkpoints with what transformers computes on them (tests/parity/random_families.py goldens),
// for where transformers is not at hand.

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

class GoldensOf : public testing::TestWithParam<const char*> {};

TEST_P(GoldensOf, AreTheLogitsAndGreedyTokens) {
  const auto folder = std::filesystem::path{HARSANYI_SOURCE_DIR "/tests/engine/data/families"} / GetParam();
  const json expected = json::parse(std::ifstream{folder / "expected.json"});
  const auto engine = load_engine(folder, {.threads = 1});
  const Prompt prompt{expected["tokens"]};
  const auto logits = engine->forward(prompt.tokens, {}, {}).logits;
  ASSERT_EQ(logits.size(), expected["logits"].size());
  for (std::size_t i = 0; i < logits.size(); ++i)
    ASSERT_NEAR(logits[i], expected["logits"][i].get<double>(), 1e-4) << "at " << i;
  const auto greedy = expected["greedy"].get<std::vector<std::int32_t>>();
  const GenerationRules rules{.max_new_tokens = static_cast<int>(greedy.size()), .end_tokens = {}};
  EXPECT_EQ(engine->generate({&prompt, 1}, {}, rules).at(0), greedy);
}

INSTANTIATE_TEST_SUITE_P(Families, GoldensOf,
                         testing::Values("mistral_window", "qwen3_biases_sliding", "qwen2_untied"),
                         [](const auto& one) { return std::string{one.param}; });

}  // namespace
}  // namespace harsanyi
