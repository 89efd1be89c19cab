#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "partition/base/identity.hpp"
#include "worker/model/model_config.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// A model folder as jobs know it before a weight is read.
struct ModelFacts {
  std::filesystem::path folder;
  std::string name;  ///< last part of the folder's path, or the stem of a configuration file
  ModelConfig config;
  std::optional<Tokenizer> tokenizer;  ///< absent where no benchmark needs one

  /// Whether the folder has a chat template, which prompts here never go through (spec prompts.md section 1).
  [[nodiscard]] bool is_chat_model() const;
  [[nodiscard]] const Tokenizer* tokenizer_or_null() const noexcept {
    return tokenizer ? &*tokenizer : nullptr;
  }
};

/// @throws ModelError, TextError  naming file and remedy
[[nodiscard]] ModelFacts read_model_facts(const std::filesystem::path& folder, bool needs_tokenizer);

/// Adds hashes of config.json and tokenizer.json under `prefix`.
void add_model_files(Identity& identity, const std::string& prefix, const ModelFacts& model);

}  // namespace harsanyi
