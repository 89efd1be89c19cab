#pragma once

#include "partition/plan/cost.hpp"

namespace harsanyi::test {

/// Small enough to reckon by hand: two players, W = H D = 8, K = H_kv D = 4.
constexpr ModelShape small_model(int layers) {
  return {.layers = layers,
          .hidden = 8,
          .query_heads = 4,
          .kv_heads = 2,
          .head_size = 2,
          .intermediate = 16,
          .vocabulary = 100,
          .tied_embeddings = false};
}

}  // namespace harsanyi::test
