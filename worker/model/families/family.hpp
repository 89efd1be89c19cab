#pragma once

#include <span>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "worker/model/model_config.hpp"

namespace harsanyi {

/// A model family: what its config.json leaves unsaid or names differently. One file each, listed in
/// families.cpp.
struct Family {
  std::string_view model_type;  ///< config.json's `model_type`
  /// JSON object of the values that transformers assumes for keys which config.json leaves out.
  std::string_view defaults;
  /// Called after the common keys are read. @throws ModelError  with the reason; the caller names the file
  void (*adapt)(const nlohmann::json& json, ModelConfig& config);
};

extern const Family kLlama;
extern const Family kMistral;
extern const Family kQwen2;
extern const Family kQwen3;

[[nodiscard]] std::span<const Family* const> all_families();

/// Sliding windows as the Qwen families state them: with `use_sliding_window`, `sliding_window` tokens in the
/// layers that `layer_types` calls "sliding_attention", or without that list in those from
/// `max_window_layers` on (transformers Qwen2Config). @throws ModelError
void read_layer_windows(const nlohmann::json& json, ModelConfig& config);

/// [layers] the same window in every layer, or none for null. @throws ModelError  unless at least 1
void set_every_window(const nlohmann::json& window, ModelConfig& config);

}  // namespace harsanyi
