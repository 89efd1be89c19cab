#include <nlohmann/json.hpp>

#include "worker/model/families/family.hpp"

namespace harsanyi {

// Qwen2 and 2.5: biases on q, k and v always, none on o (transformers Qwen2Attention).
const Family kQwen2{"qwen2",
                    R"({"num_key_value_heads": 32, "use_sliding_window": false, "sliding_window": 4096,
                        "max_window_layers": 28})",
                    [](const nlohmann::json& json, ModelConfig& config) {
                      config.qkv_bias = true;
                      read_layer_windows(json, config);
                    }};

}  // namespace harsanyi
