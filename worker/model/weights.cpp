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

/// Which part of a matrix [out, in] is wanted.
struct Part {
  Slice out;
  Slice in;
};

/// Takes a part of each tensor out of a checkpoint by name.
class Loader {
 public:
  Loader(const Checkpoint& checkpoint, WeightStorage storage, const Arithmetic& arithmetic, at::Device place)
      : checkpoint_{checkpoint}, storage_{storage}, arithmetic_{arithmetic}, place_{place} {}

  /// [part of size] as float32.
  [[nodiscard]] at::Tensor vector(const std::string& name, std::int64_t size, Slice part) const {
    const StoredTensor& stored = checkpoint_.require(name, {size});
    return on(place_, view_of(stored).narrow(0, part.first, part.size())).to(at::kFloat);
  }
  [[nodiscard]] at::Tensor vector(const std::string& name, std::int64_t size) const {
    return vector(name, size, {0, size});
  }
  [[nodiscard]] at::Tensor optional(bool present, const std::string& name, std::int64_t size,
                                    Slice part) const {
    return present ? vector(name, size, part) : at::Tensor{};
  }
  /// [out, in] of a layer.
  [[nodiscard]] Matrix matrix(const std::string& name, std::int64_t out, std::int64_t in, const Part& part,
                              bool keep_plain = false) const {
    const StoredTensor& stored = checkpoint_.require(name, {out, in});
    const at::Tensor view = on(place_, part_of(stored, part));
    if (storage_ == WeightStorage::stored) return Matrix{view};
    Matrix matrix = Matrix::prepared(view, arithmetic_, keep_plain);
    if (!matrix.plain().defined() || !matrix.plain().is_alias_of(view)) release_pages(stored);
    return matrix;
  }
  /// [V, d], of the embedding or the logits.
  [[nodiscard]] at::Tensor table(const std::string& name, const ModelShape& shape, Slice vocabulary) const {
    const StoredTensor& stored = checkpoint_.require(name, {shape.vocabulary, shape.hidden});
    const at::Tensor view = on(place_, view_of(stored).narrow(0, vocabulary.first, vocabulary.size()));
    if (storage_ == WeightStorage::stored) return view;
    at::Tensor wide = view.to(at::kFloat);
    if (!wide.is_alias_of(view)) release_pages(stored);
    return wide;
  }

 private:
  /// A view of the mapped file; a copy where columns are left out.
  [[nodiscard]] static at::Tensor part_of(const StoredTensor& stored, const Part& part) {
    const at::Tensor rows = view_of(stored).narrow(0, part.out.first, part.out.size());
    if (part.in.size() == rows.size(1)) return rows;
    at::Tensor copy = rows.narrow(1, part.in.first, part.in.size()).contiguous();
    release_pages(stored);
    return copy;
  }

  const Checkpoint& checkpoint_;
  WeightStorage storage_;
  const Arithmetic& arithmetic_;
  at::Device place_;
};

LayerWeights load_layer(const Loader& load, const ModelConfig& config, const TensorShard& shard, int layer) {
  const ModelShape& s = config.shape;
  const std::string prefix = fmt::format("model.layers.{}.", layer);
  const std::string attention = prefix + "self_attn.";
  const std::int64_t d = s.hidden;
  const std::int64_t q = std::int64_t{s.query_heads} * s.head_size;
  const std::int64_t kv = std::int64_t{s.kv_heads} * s.head_size;
  const Slice all{0, d};
  const Slice own_q = shard.query_heads.times(s.head_size);
  const Slice own_kv = shard.kv_heads.times(s.head_size);
  const Slice own_m = shard.intermediate;
  return {
      .attention_norm_d = load.vector(prefix + "input_layernorm.weight", d),
      .q_proj = load.matrix(attention + "q_proj.weight", q, d, {own_q, all}),
      .k_proj = load.matrix(attention + "k_proj.weight", kv, d, {own_kv, all}),
      .v_proj = load.matrix(attention + "v_proj.weight", kv, d, {own_kv, all}),
      .q_bias = load.optional(config.qkv_bias, attention + "q_proj.bias", q, own_q),
      .k_bias = load.optional(config.qkv_bias, attention + "k_proj.bias", kv, own_kv),
      .v_bias = load.optional(config.qkv_bias, attention + "v_proj.bias", kv, own_kv),
      .o_proj = load.matrix(attention + "o_proj.weight", d, q, {all, own_q}, /*keep_plain=*/true),
      .o_bias = load.optional(config.output_bias, attention + "o_proj.bias", d, all),
      .q_norm_D = load.optional(config.qk_norm, attention + "q_norm.weight", s.head_size, {0, s.head_size}),
      .k_norm_D = load.optional(config.qk_norm, attention + "k_norm.weight", s.head_size, {0, s.head_size}),
      .mlp_norm_d = load.vector(prefix + "post_attention_layernorm.weight", d),
      .gate_proj = load.matrix(prefix + "mlp.gate_proj.weight", s.intermediate, d, {own_m, all}),
      .up_proj = load.matrix(prefix + "mlp.up_proj.weight", s.intermediate, d, {own_m, all}),
      .down_proj = load.matrix(prefix + "mlp.down_proj.weight", d, s.intermediate, {all, own_m})};
}

}  // namespace

Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config, WeightStorage storage,
                     const Arithmetic& arithmetic, at::Device place, const std::optional<TensorShard>& shard,
                     const std::function<void(int done, int all)>& on_layer) {
  const TensorShard part = shard.value_or(tensor_shard(config.shape, 1, 0));
  Weights weights;
  weights.checkpoint = std::make_shared<const Checkpoint>(Checkpoint::open(folder));
  const Loader load{*weights.checkpoint, storage, arithmetic, place};
  weights.embedding_Vd = load.table("model.embed_tokens.weight", config.shape, part.vocabulary);
  for (int layer = 0; layer < config.shape.layers; ++layer) {
    weights.layers.push_back(load_layer(load, config, part, layer));
    if (on_layer) on_layer(layer + 1, config.shape.layers);
  }
  weights.final_norm_d = load.vector("model.norm.weight", config.shape.hidden);
  weights.unembedding_Vd = config.shape.tied_embeddings
                               ? weights.embedding_Vd
                               : load.table("lm_head.weight", config.shape, part.vocabulary);
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
