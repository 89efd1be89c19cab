#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "partition/plan/cost.hpp"

namespace harsanyi::test {

/// What a random checkpoint looks like. Small numbers that differ from each other, so that swapped axes show.
struct RandomModel {
  std::string family = "llama";  ///< "qwen2" has biases on q, k, v; "qwen3" norms on q, k
  ModelShape shape{.layers = 3,
                   .hidden = 48,
                   .query_heads = 6,
                   .kv_heads = 3,
                   .head_size = 8,
                   .intermediate = 40,
                   .vocabulary = 61,
                   .tied_embeddings = false};
  int max_positions = 64;
  std::optional<int> sliding_window = std::nullopt;  ///< of every layer, in families that have one
  std::uint32_t seed = 1;
  int shards = 1;             ///< more than one: several files and an index
  std::string dtype = "F32";  ///< F32, F16 or BF16
};

/// Writes config.json and the weights (normal, scale 1/sqrt(in)) of a random model into `folder`.
void write_random_model(const std::filesystem::path& folder, const RandomModel& model);

}  // namespace harsanyi::test
