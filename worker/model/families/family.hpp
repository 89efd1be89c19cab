#pragma once

#include <span>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "worker/model/model_config.hpp"

namespace harsanyi {

/// A model family: what its config.json leaves unsaid or names differently. One file each, listed in
/// families.cpp.
struct Family {
  std::string_view model_type;                                     ///< config.json's `model_type`
  void (*adapt)(const nlohmann::json& json, ModelConfig& config);  ///< after the common keys are read
};

extern const Family kLlama;
extern const Family kQwen2;

[[nodiscard]] std::span<const Family* const> all_families();

}  // namespace harsanyi
