#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "worker/model/families/family.hpp"

namespace harsanyi {

// Llama 2 and 3.x: `attention_bias` covers q, k, v and o alike (transformers LlamaAttention).
const Family kLlama{"llama", R"({"attention_bias": false, "mlp_bias": false})",
                    [](const nlohmann::json& json, ModelConfig& config) {
                      if (json.at("mlp_bias").get<bool>())
                        throw ModelError{"mlp_bias is true; biases in the MLP are not supported"};
                      config.qkv_bias = json.at("attention_bias").get<bool>();
                      config.output_bias = config.qkv_bias;
                    }};

}  // namespace harsanyi
