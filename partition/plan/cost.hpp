#pragma once

#include <cstdint>
#include <span>

#include "partition/plan/evaluation_plan.hpp"
#include "partition/plan/sweep_plan.hpp"

namespace harsanyi {

/// What a cost estimate must know about a model; from its config.json, without a weight.
struct ModelShape {
  int layers = 0;
  int hidden = 0;        ///< d
  int query_heads = 0;   ///< H
  int kv_heads = 0;      ///< H_kv
  int head_size = 0;     ///< D
  int intermediate = 0;  ///< MLP width
  int vocabulary = 0;
  bool tied_embeddings = false;

  [[nodiscard]] std::int64_t layer_parameters() const noexcept;  ///< matrices of one decoder layer
  [[nodiscard]] std::int64_t parameters() const noexcept;        ///< all of them, norms left out
};

struct UnitCost {
  double flops = 0.0;         ///< useful operations, 2 per multiply-add
  double memory_bytes = 0.0;  ///< largest working set beside the weights, float32
};

/// Cost of one sweep unit on the engine's path (spec gac.md section 9): trunk of its samples up to its last
/// layer, 2n projections in each game layer, then the layers above for every coalition but the grand one, with
/// the prefix that all prompts of the unit share computed once per (layer, coalition).
/// @param tokens         [samples] prompt lengths, all samples of the plan
/// @param shared_prefix  tokens that the prompts of this unit share
[[nodiscard]] UnitCost cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                               int shared_prefix);

/// Cost of one evaluation unit: a plain forward pass of its items' prompts.
/// @param tokens  [items] prompt lengths of the unit's table
[[nodiscard]] UnitCost cost_of(const EvaluationUnit& unit, const ModelShape& model, std::span<const int> tokens);

/// Operations of the published loop: one full forward per (sample, layer, coalition).
[[nodiscard]] double published_flops(const SweepPlan& plan, const ModelShape& model, std::span<const int> tokens);

}  // namespace harsanyi
