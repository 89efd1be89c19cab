#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "partition/game/player_layout.hpp"
#include "partition/plan/cost.hpp"

namespace harsanyi {

/// Frequency scaling of Llama 3 (rope_type "llama3"; transformers `_compute_llama3_parameters`).
struct Llama3RopeScaling {
  double factor = 1.0;
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  int original_max_positions = 8192;
};

/// What config.json says about a decoder, checked.
struct ModelConfig {
  std::string family;  ///< model_type: "llama", "qwen2", ...
  ModelShape shape;
  int max_positions = 0;
  double rms_norm_eps = 1e-6;
  double rope_theta = 10000.0;
  std::optional<Llama3RopeScaling> rope_scaling;
  /// [layers] how many tokens a row sees at most, its own included; empty where it sees all before it
  std::vector<std::optional<std::int64_t>> windows;
  bool qkv_bias = false;     ///< biases on q, k and v
  bool output_bias = false;  ///< bias on o_proj
  bool qk_norm = false;      ///< an RMS norm over each head's queries and keys before the rotation
  /// Generation ends with any of these: `eos_token_id` of generation_config.json, else of config.json.
  std::vector<std::int32_t> end_tokens;

  [[nodiscard]] PlayerLayout layout() const {
    return PlayerLayout::from_heads(shape.query_heads, shape.kv_heads);
  }
};

/// Reads `folder/config.json`, or the file itself when `path` names one, and a generation_config.json beside
/// it. Links no libtorch: `plan` uses it too.
/// @throws ModelError  naming file, key and remedy: missing, of the wrong type, inconsistent, unknown
/// architecture
[[nodiscard]] ModelConfig read_model_config(const std::filesystem::path& path);

}  // namespace harsanyi
