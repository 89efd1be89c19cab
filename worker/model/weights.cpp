#include "worker/model/weights.hpp"

#include <cstring>
#include <initializer_list>

#include <fmt/format.h>

#include "worker/model/device.hpp"

namespace harsanyi {
namespace {

at::ScalarType stored_scalar_type(StoredType type) {
  if (type == StoredType::f16) return at::kHalf;
  if (type == StoredType::bf16) return at::kBFloat16;
  return at::kFloat;  // Checkpoint::require lets no other type through
}

// A view into the mapped file; copied where the file's layout leaves it unaligned.
at::Tensor view_of(const StoredTensor& stored) {
  const auto type = stored_scalar_type(stored.type);
  auto* data = const_cast<std::byte*>(stored.bytes.data());
  if (reinterpret_cast<std::uintptr_t>(data) % at::elementSize(type) == 0)
    return at::from_blob(data, stored.shape, at::TensorOptions(type));
  at::Tensor copy = at::empty(stored.shape, at::TensorOptions(type));
  std::memcpy(copy.data_ptr(), data, stored.bytes.size());
  return copy;
}

/// Takes tensors out of a checkpoint by name.
class Loader {
 public:
  Loader(const Checkpoint& checkpoint, WeightStorage storage, const Arithmetic& arithmetic, at::Device place)
      : checkpoint_{checkpoint}, storage_{storage}, arithmetic_{arithmetic}, place_{place} {}

  /// As float32.
  [[nodiscard]] at::Tensor operator()(const std::string& name, const std::vector<std::int64_t>& shape) const {
    return on(place_, view_of(checkpoint_.require(name, shape))).to(at::kFloat);
  }
  /// [out, in] of a layer.
  [[nodiscard]] Matrix matrix(const std::string& name, std::int64_t out, std::int64_t in,
                              bool keep_plain = false) const {
    const at::Tensor view = on(place_, view_of(checkpoint_.require(name, {out, in})));
    return storage_ == WeightStorage::stored ? Matrix{view} : Matrix::prepared(view, arithmetic_, keep_plain);
  }
  /// [V, d], of the embedding or the logits.
  [[nodiscard]] at::Tensor table(const std::string& name, const ModelShape& shape) const {
    const at::Tensor view = on(place_, view_of(checkpoint_.require(name, {shape.vocabulary, shape.hidden})));
    return storage_ == WeightStorage::stored ? view : view.to(at::kFloat);
  }
  [[nodiscard]] at::Tensor optional(bool present, const std::string& name, std::int64_t size) const {
    return present ? (*this)(name, {size}) : at::Tensor{};
  }

 private:
  const Checkpoint& checkpoint_;
  WeightStorage storage_;
  const Arithmetic& arithmetic_;
  at::Device place_;
};

LayerWeights load_layer(const Loader& load, const ModelConfig& config, int layer) {
  const ModelShape& s = config.shape;
  const std::string prefix = fmt::format("model.layers.{}.", layer);
  const std::string attention = prefix + "self_attn.";
  const std::int64_t d = s.hidden;
  const std::int64_t q = std::int64_t{s.query_heads} * s.head_size;
  const std::int64_t kv = std::int64_t{s.kv_heads} * s.head_size;
  return {.attention_norm_d = load(prefix + "input_layernorm.weight", {d}),
          .q_proj = load.matrix(attention + "q_proj.weight", q, d),
          .k_proj = load.matrix(attention + "k_proj.weight", kv, d),
          .v_proj = load.matrix(attention + "v_proj.weight", kv, d),
          .q_bias = load.optional(config.qkv_bias, attention + "q_proj.bias", q),
          .k_bias = load.optional(config.qkv_bias, attention + "k_proj.bias", kv),
          .v_bias = load.optional(config.qkv_bias, attention + "v_proj.bias", kv),
          .o_proj = load.matrix(attention + "o_proj.weight", d, q, /*keep_plain=*/true),
          .o_bias = load.optional(config.output_bias, attention + "o_proj.bias", d),
          .q_norm_D = load.optional(config.qk_norm, attention + "q_norm.weight", s.head_size),
          .k_norm_D = load.optional(config.qk_norm, attention + "k_norm.weight", s.head_size),
          .mlp_norm_d = load(prefix + "post_attention_layernorm.weight", {d}),
          .gate_proj = load.matrix(prefix + "mlp.gate_proj.weight", s.intermediate, d),
          .up_proj = load.matrix(prefix + "mlp.up_proj.weight", s.intermediate, d),
          .down_proj = load.matrix(prefix + "mlp.down_proj.weight", d, s.intermediate)};
}

}  // namespace

Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config, WeightStorage storage,
                     const Arithmetic& arithmetic, at::Device place) {
  Weights weights;
  weights.checkpoint = std::make_shared<const Checkpoint>(Checkpoint::open(folder));
  const Loader load{*weights.checkpoint, storage, arithmetic, place};
  weights.embedding_Vd = load.table("model.embed_tokens.weight", config.shape);
  for (int layer = 0; layer < config.shape.layers; ++layer)
    weights.layers.push_back(load_layer(load, config, layer));
  weights.final_norm_d = load("model.norm.weight", {config.shape.hidden});
  weights.unembedding_Vd =
      config.shape.tied_embeddings ? weights.embedding_Vd : load.table("lm_head.weight", config.shape);
  return weights;
}

std::int64_t bytes_of(const Weights& weights) {
  std::int64_t bytes = 0;
  const auto add = [&bytes](std::initializer_list<at::Tensor> tensors) {
    for (const at::Tensor& tensor : tensors)
      if (tensor.defined()) bytes += static_cast<std::int64_t>(tensor.nbytes());
  };
  for (const LayerWeights& w : weights.layers) {
    add({w.attention_norm_d, w.q_bias, w.k_bias, w.v_bias, w.o_bias, w.q_norm_D, w.k_norm_D, w.mlp_norm_d});
    for (const Matrix* matrix :
         {&w.q_proj, &w.k_proj, &w.v_proj, &w.o_proj, &w.gate_proj, &w.up_proj, &w.down_proj})
      bytes += matrix->bytes();
  }
  add({weights.embedding_Vd, weights.final_norm_d});
  if (!weights.unembedding_Vd.is_same(weights.embedding_Vd)) add({weights.unembedding_Vd});
  return bytes;
}

}  // namespace harsanyi
