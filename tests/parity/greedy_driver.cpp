// What the engine computes for some prompts, for live_parity: logits of plain forward passes, and greedy
// tokens with the key/value cache.
//
//   greedy_driver MODEL_DIR REQUEST.json      REQUEST: {"prompts": [[token, ...], ...], "new_tokens": 64}
//
// Prints JSON: {"logits": [[prompt's tokens x vocabulary, row by row], ...], "greedy": [[token, ...], ...],
// "greedy_uncached": the same tokens by one forward pass per token}.

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

std::vector<std::int32_t> greedy_uncached(Engine& engine, std::vector<std::int32_t> tokens, int count) {
  std::vector<std::int32_t> text;
  for (int i = 0; i < count; ++i) {
    const auto logits = engine.forward(tokens, {}, {.all_positions = false}).logits;
    text.push_back(
        static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    tokens.push_back(text.back());
  }
  return text;
}

json computed(Engine& engine, const json& request) {
  const int new_tokens = request.at("new_tokens");
  std::vector<Prompt> prompts;
  for (const json& tokens : request.at("prompts")) prompts.push_back({tokens});
  json result{{"logits", json::array()},
              {"greedy", engine.generate(prompts, {}, {.max_new_tokens = new_tokens, .end_tokens = {}})},
              {"greedy_uncached", json::array()}};
  for (const Prompt& prompt : prompts) {
    result["logits"].push_back(engine.forward(prompt.tokens, {}, {}).logits);
    result["greedy_uncached"].push_back(greedy_uncached(engine, prompt.tokens, new_tokens));
  }
  return result;
}

}  // namespace
}  // namespace harsanyi

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: greedy_driver MODEL_DIR REQUEST.json\n";
    return 2;
  }
  try {
    const auto engine = harsanyi::load_engine(argv[1], {.threads = 1});
    std::cout << harsanyi::computed(*engine, nlohmann::json::parse(std::ifstream{argv[2]})) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
