#include <nlohmann/json.hpp>

#include "worker/model/families/family.hpp"

namespace harsanyi {

// Llama 2 and 3.x: `attention_bias` covers q, k, v and o alike (transformers LlamaAttention).
const Family kLlama{"llama", [](const nlohmann::json& json, ModelConfig& config) {
                      const bool bias = json.value("attention_bias", false);
                      config.qkv_bias = bias;
                      config.output_bias = bias;
                    }};

}  // namespace harsanyi
