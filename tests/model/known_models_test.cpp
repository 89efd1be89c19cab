// The shapes in configs/models: numbers of players, and the parameter totals that the models' pages state.

#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "worker/model/model_config.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

struct Known {
  int players;
  int heads_per_player;
  std::int64_t parameters;
};

const std::map<std::string, Known> kModels{
    {"Llama-3.1-8B-Instruct", {8, 4, 8'030'261'248}},    {"Llama-3.2-1B-Instruct", {8, 4, 1'235'814'400}},
    {"Llama-3.2-3B-Instruct", {8, 3, 3'212'749'824}},    {"Mistral-7B-Instruct-v0.2", {8, 4, 7'241'732'096}},
    {"Mistral-7B-Instruct-v0.3", {8, 4, 7'248'023'552}}, {"Qwen2.5-0.5B-Instruct", {2, 7, 494'032'768}},
    {"Qwen2.5-1.5B-Instruct", {2, 6, 1'543'714'304}},    {"Qwen2.5-3B-Instruct", {2, 8, 3'085'938'688}},
    {"Qwen2.5-7B-Instruct", {4, 7, 7'615'616'512}},      {"Qwen2.5-14B-Instruct", {8, 5, 14'770'033'664}},
    {"Qwen2.5-32B-Instruct", {8, 5, 32'763'876'352}},    {"SmolLM2-135M-Instruct", {3, 3, 134'515'008}},
    {"SmolLM2-360M-Instruct", {5, 3, 361'821'120}},      {"SmolLM2-1.7B-Instruct", {32, 1, 1'711'376'384}}};

/// Matrices, norms and biases.
std::int64_t all_parameters(const ModelConfig& config) {
  const ModelShape& s = config.shape;
  const std::int64_t norms = (std::int64_t{2} * s.layers + 1) * s.hidden;
  const std::int64_t biases =
      config.qkv_bias ? std::int64_t{s.layers} * (s.query_heads + 2 * s.kv_heads) * s.head_size : 0;
  return s.parameters() + norms + biases;
}

TEST(KnownModels, HaveTheirPublishedShapes) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator{HARSANYI_SOURCE_DIR "/configs/models"}) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const std::string name = entry.path().stem();
    SCOPED_TRACE(name);
    ASSERT_TRUE(kModels.contains(name)) << "add the model here";
    const Known& known = kModels.at(name);
    const ModelConfig config = read_model_config(entry.path());
    EXPECT_EQ(config.shape.kv_heads, known.players);
    EXPECT_EQ(config.shape.query_heads, known.players * known.heads_per_player);
    EXPECT_EQ(all_parameters(config), known.parameters);
    EXPECT_FALSE(config.end_tokens.empty());
    for (const auto token : config.end_tokens) EXPECT_LT(token, config.shape.vocabulary);
    for (const auto& window : config.windows) EXPECT_FALSE(window);
  }
  EXPECT_EQ(files, kModels.size());
}

}  // namespace
}  // namespace harsanyi
