#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "partition/plan/tensor_shard.hpp"
#include "worker/model/aten.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/compute_type.hpp"
#include "worker/model/matrix.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {

/// One decoder layer. Biases are undefined tensors where the family has none. H, Hkv, m: of the part.
struct LayerWeights {
  at::Tensor attention_norm_d;
  Matrix q_proj, k_proj, v_proj;  ///< [H*D, d], [Hkv*D, d], [Hkv*D, d]
  at::Tensor q_bias, k_bias, v_bias;
  Matrix o_proj;  ///< [d, H*D], its plain entries kept: the game splits it by player
  at::Tensor o_bias;
  at::Tensor q_norm_D, k_norm_D;  ///< over each head before the rotation; undefined where there is none
  at::Tensor mlp_norm_d;
  Matrix gate_proj, up_proj;  ///< [m, d]
  Matrix down_proj;           ///< [d, m]
};

/// A model's weights, or the part of them that a rank of a worker group holds. Norms, biases and the tables
/// of tokens are float32, unless `WeightStorage::stored` leaves the tables as they are; the layers' matrices
/// are as WeightStorage says. On the CPU, a tensor that needs no conversion stays in the mapped file.
struct Weights {
  std::shared_ptr<const Checkpoint> checkpoint;  ///< owns the mapped memory
  at::Tensor embedding_Vd;
  std::vector<LayerWeights> layers;
  at::Tensor final_norm_d;
  at::Tensor unembedding_Vd;  ///< the embedding itself where tied
};

/// Reads the part's own entries alone, one tensor after the other: beside what is returned, at most one
/// matrix is in memory at a time.
/// @param arithmetic  of the layers' products  @param place  where the tensors are to lie
/// @param shard       the part; nothing: the whole model
/// @param on_layer    hears of every layer that is loaded
/// @throws ModelError  naming file and tensor
[[nodiscard]] Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config,
                                   WeightStorage storage = WeightStorage::widened,
                                   const Arithmetic& arithmetic = {}, at::Device place = at::kCPU,
                                   const std::optional<TensorShard>& shard = {},
                                   const std::function<void(int done, int all)>& on_layer = {});

/// Bytes of all entries, a tied table counted once.
[[nodiscard]] std::int64_t bytes_of(const Weights& weights);

}  // namespace harsanyi
