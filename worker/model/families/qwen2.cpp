#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "worker/model/families/family.hpp"

namespace harsanyi {

// Qwen2 and 2.5: biases on q, k and v always, none on o (transformers Qwen2Attention).
const Family kQwen2{
    "qwen2", [](const nlohmann::json& json, ModelConfig& config) {
      if (json.value("use_sliding_window", false))
        throw ModelError{"config.json: use_sliding_window is true; sliding windows are not supported"};
      config.qkv_bias = true;
      config.output_bias = false;
    }};

}  // namespace harsanyi
