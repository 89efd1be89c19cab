#include <nlohmann/json.hpp>

#include "worker/model/families/family.hpp"

namespace harsanyi {

// Mistral: no biases; a sliding window in every layer unless it is null (v0.2 and later). A config without
// the key means 4096 (transformers MistralConfig).
const Family kMistral{"mistral", R"({"num_key_value_heads": 8, "sliding_window": 4096})",
                      [](const nlohmann::json& json, ModelConfig& config) {
                        set_every_window(json.at("sliding_window"), config);
                      }};

}  // namespace harsanyi
