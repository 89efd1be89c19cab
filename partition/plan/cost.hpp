#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

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
  double flops = 0.0;        ///< operations, 2 per multiply-add
  double trunk_flops = 0.0;  ///< the part of `flops` that the next unit of the same samples finds done
};

/// Rows of one matrix product at most, copies of the unit's rows taken together; the engine batches by it.
inline constexpr std::int64_t kContinuationRows = 1024;
/// On a GPU, whose products want more rows, and most where they are narrow. An H100 takes 65,536 rows of 512
/// numbers a fifth faster than 16,384, and as many of 4,096 by 2 %, for four times the memory
/// (docs/performance.md).
/// @param hidden  d of the model
[[nodiscard]] constexpr std::int64_t gpu_continuation_rows(std::int64_t hidden) noexcept {
  constexpr std::int64_t kNumbers = std::int64_t{1} << 26;
  return std::clamp<std::int64_t>(kNumbers / std::max<std::int64_t>(hidden, 1), 8192, 65536);
}

/// Cost of one sweep unit on the engine's path (spec gac.md section 9; worker/engine/sweep_engine.cpp), when
/// its worker has not met the unit's samples before. With d, H, H_kv, D, I as in `ModelShape`, n_s the prompt
/// lengths of the unit's m samples, p their shared prefix, L layers, and C the unit's coalitions without the
/// grand one, whose value is the trunk's:
///
///   rows R = p + sum(n_s - p)        attended pairs A = p(p+1)/2 + sum(n_s(n_s+1)/2 - p(p+1)/2)
///   K = 2 d H_kv D (keys and values of a row),  Q = d H D (its queries),  P = layer_parameters()
///   full layer   F = 2 R P + 4 H D A
///   last layer   E = 2 R K + 2 m (P - K) + 4 H D sum(n_s)          all but K for one row per sample
///   trunk          = (L - 1) F + E
///   game         G = 2 R (K + Q) + 4 R Q + 8 H D A + C 6 R d I     q, k, v; 2n projections; normal and
///   ablated maps;
///                    the MLP of every coalition.  In the last layer  2 R K + 2 m Q + 4 m Q + 8 H D sum(n_s)
///                    + C 6 m d I
///   unit           = trunk + sum over its game layers l of  G + C (F (L - 2 - l) + E);   l = L - 1: G alone;
///   C = 0: trunk
///
/// Logits of a few label tokens, norms, softmax and the hidden half of causal scores are left out.
/// @param tokens         [samples] prompt lengths, all samples of the plan
/// @param shared_prefix  tokens that the prompts of this unit share, fewer than each of them has
/// @throws PlanError  if unit, model, tokens and prefix do not fit together
[[nodiscard]] UnitCost cost_of(const SweepUnit& unit, const ModelShape& model, std::span<const int> tokens,
                               int shared_prefix);
/// The same for the part of a model that a rank holds (tensor_shard.hpp). @param players  of the whole model
[[nodiscard]] UnitCost cost_of(const SweepUnit& unit, const ModelShape& part, int players,
                               std::span<const int> tokens, int shared_prefix);
/// Coalitions of the unit that are computed apart from the trunk.
[[nodiscard]] std::int64_t masked_coalitions(const SweepUnit& unit, int players);

/// Cost of one evaluation unit: a plain forward pass of its items' prompts, L F of each with p = 0.
/// Calibration needs whole maps, so the last layer counts in full.
/// @param tokens  [items] prompt lengths of the unit's table
/// @throws PlanError  if unit, model and tokens do not fit together
[[nodiscard]] UnitCost cost_of(const EvaluationUnit& unit, const ModelShape& model,
                               std::span<const int> tokens);

/// Cost of a sweep unit whose values are scores of generated texts: per (layer, coalition, sample) a pass
/// over the prompt and `new_tokens` cached steps, each position 2 * parameters() and its attended pairs 4 H D
/// L. An upper bound: answers may end early.
/// @throws PlanError  if unit, model and tokens do not fit together
[[nodiscard]] UnitCost generation_cost_of(const SweepUnit& unit, const ModelShape& model,
                                          std::span<const int> tokens, int new_tokens);
/// The same for one item of an evaluation unit after another.
[[nodiscard]] UnitCost generation_cost_of(const EvaluationUnit& unit, const ModelShape& model,
                                          std::span<const int> tokens, int new_tokens);

/// [units] useful operations: what the method needs, whoever computes it. Every unit has its games, and the
/// first of each range of samples the trunk too.
/// @param costs  [units]
[[nodiscard]] std::vector<double> useful_flops(const SweepPlan& plan, std::span<const UnitCost> costs);

/// Operations of the published loop: one full forward per (sample, layer, coalition), with the logits of the
/// whole vocabulary at every position, as its copy of transformers 4.44 computes them.
/// @throws PlanError  if plan, model and tokens do not fit together
[[nodiscard]] double published_flops(const SweepPlan& plan, const ModelShape& model,
                                     std::span<const int> tokens);

}  // namespace harsanyi
