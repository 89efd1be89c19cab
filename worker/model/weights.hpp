#pragma once

#include <memory>
#include <vector>

#include "worker/model/aten.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// One decoder layer. Matrices are [out, in] as stored; biases are undefined tensors where the family has
/// none.
struct LayerWeights {
  at::Tensor attention_norm_d;
  at::Tensor q_proj, q_bias;      ///< [H*D, d]
  at::Tensor k_proj, k_bias;      ///< [Hkv*D, d]
  at::Tensor v_proj, v_bias;      ///< [Hkv*D, d]
  at::Tensor o_proj, o_bias;      ///< [d, H*D]
  at::Tensor q_norm_D, k_norm_D;  ///< over each head before the rotation; undefined where there is none
  at::Tensor mlp_norm_d;
  at::Tensor gate_proj, up_proj;  ///< [m, d]
  at::Tensor down_proj;           ///< [d, m]
};

/// A model's weights in float32. F32 tensors stay in the mapped file, others are widened once.
struct Weights {
  std::shared_ptr<const Checkpoint> checkpoint;  ///< owns the mapped memory
  at::Tensor embedding_Vd;
  std::vector<LayerWeights> layers;
  at::Tensor final_norm_d;
  at::Tensor unembedding_Vd;  ///< the embedding itself where tied
};

/// @throws ModelError  naming file and tensor
[[nodiscard]] Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config);

}  // namespace harsanyi
