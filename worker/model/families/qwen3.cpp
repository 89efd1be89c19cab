#include <nlohmann/json.hpp>

#include "worker/model/families/family.hpp"

namespace harsanyi {

// Qwen3: an RMS norm over every head's queries and keys before the rotation; `attention_bias` covers q, k, v
// and o alike (transformers Qwen3Attention).
const Family kQwen3{"qwen3",
                    R"({"num_key_value_heads": 32, "head_dim": 128, "attention_bias": false,
                        "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28})",
                    [](const nlohmann::json& json, ModelConfig& config) {
                      config.qk_norm = true;
                      config.qkv_bias = json.at("attention_bias").get<bool>();
                      config.output_bias = config.qkv_bias;
                      read_layer_windows(json, config);
                    }};

}  // namespace harsanyi
