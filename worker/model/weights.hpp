#pragma once

#include <memory>
#include <vector>

#include "worker/model/aten.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/compute_type.hpp"
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

/// A model's weights. Norms, biases and the tables of tokens are float32, unless `WeightStorage::stored`
/// leaves the tables as they are; the layers' matrices are as WeightStorage says. A tensor that needs no
/// conversion stays in the mapped file.
struct Weights {
  std::shared_ptr<const Checkpoint> checkpoint;  ///< owns the mapped memory
  at::Tensor embedding_Vd;
  std::vector<LayerWeights> layers;
  at::Tensor final_norm_d;
  at::Tensor unembedding_Vd;  ///< the embedding itself where tied
};

/// @param compute  type of the layers' products  @throws ModelError  naming file and tensor
[[nodiscard]] Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config,
                                   WeightStorage storage = WeightStorage::widened,
                                   ComputeType compute = ComputeType::float32);

/// Bytes of all tensors, a tied table counted once.
[[nodiscard]] std::int64_t bytes_of(const Weights& weights);

}  // namespace harsanyi
