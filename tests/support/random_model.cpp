#include "tests/support/random_model.hpp"

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harsanyi::test {
namespace {

using nlohmann::json;

struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class TensorMaker {
 public:
  explicit TensorMaker(std::uint32_t seed) : random_{seed} {}

  void matrix(const std::string& name, std::int64_t out, std::int64_t in) {
    fill(name, {out, in}, 0.0F, 1.0F / std::sqrt(static_cast<float>(in)));
  }
  void norm(const std::string& name, std::int64_t size) { fill(name, {size}, 1.0F, 0.1F); }
  void bias(const std::string& name, std::int64_t size) { fill(name, {size}, 0.0F, 0.5F); }
  [[nodiscard]] std::vector<NamedTensor> take() && { return std::move(tensors_); }

 private:
  void fill(const std::string& name, std::vector<std::int64_t> shape, float mean, float deviation) {
    std::int64_t count = 1;
    for (const auto extent : shape) count *= extent;
    std::normal_distribution<float> normal{mean, deviation};
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = normal(random_);
    tensors_.push_back({name, std::move(shape), std::move(values)});
  }

  std::mt19937 random_;
  std::vector<NamedTensor> tensors_;
};

std::vector<NamedTensor> make_tensors(const RandomModel& model) {
  const ModelShape& s = model.shape;
  TensorMaker make{model.seed};
  make.matrix("model.embed_tokens.weight", s.vocabulary, s.hidden);
  for (int layer = 0; layer < s.layers; ++layer) {
    const std::string prefix = fmt::format("model.layers.{}.", layer);
    const std::int64_t q = std::int64_t{s.query_heads} * s.head_size;
    const std::int64_t kv = std::int64_t{s.kv_heads} * s.head_size;
    make.norm(prefix + "input_layernorm.weight", s.hidden);
    make.matrix(prefix + "self_attn.q_proj.weight", q, s.hidden);
    make.matrix(prefix + "self_attn.k_proj.weight", kv, s.hidden);
    make.matrix(prefix + "self_attn.v_proj.weight", kv, s.hidden);
    if (model.family == "qwen2") {
      make.bias(prefix + "self_attn.q_proj.bias", q);
      make.bias(prefix + "self_attn.k_proj.bias", kv);
      make.bias(prefix + "self_attn.v_proj.bias", kv);
    }
    if (model.family == "qwen3") {
      make.norm(prefix + "self_attn.q_norm.weight", s.head_size);
      make.norm(prefix + "self_attn.k_norm.weight", s.head_size);
    }
    make.matrix(prefix + "self_attn.o_proj.weight", s.hidden, q);
    make.norm(prefix + "post_attention_layernorm.weight", s.hidden);
    make.matrix(prefix + "mlp.gate_proj.weight", s.intermediate, s.hidden);
    make.matrix(prefix + "mlp.up_proj.weight", s.intermediate, s.hidden);
    make.matrix(prefix + "mlp.down_proj.weight", s.hidden, s.intermediate);
  }
  make.norm("model.norm.weight", s.hidden);
  if (!s.tied_embeddings) make.matrix("lm_head.weight", s.vocabulary, s.hidden);
  return std::move(make).take();
}

// bfloat16: the upper half of the float's bits. float16 by the compiler's own type.
std::string stored_bytes(const std::vector<float>& values, const std::string& dtype) {
  if (dtype == "F32") return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
  std::string bytes;
  for (const float value : values) {
    std::uint16_t half = 0;
    if (dtype == "F16") {
      const auto narrow = static_cast<_Float16>(value);
      std::memcpy(&half, &narrow, sizeof half);
    } else {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      half = static_cast<std::uint16_t>(bits >> 16U);
    }
    bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  }
  return bytes;
}

void write_safetensors(const std::filesystem::path& file, std::span<const NamedTensor> tensors,
                       const std::string& dtype) {
  json header = json::object();
  std::string data;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t first = data.size();
    data += stored_bytes(tensor.values, dtype);
    header[tensor.name] = {{"dtype", dtype}, {"shape", tensor.shape}, {"data_offsets", {first, data.size()}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  std::ofstream out{file, std::ios::binary};
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << text << data;
}

json config_of(const RandomModel& model) {
  const ModelShape& s = model.shape;
  return {{"model_type", model.family},
          {"hidden_size", s.hidden},
          {"intermediate_size", s.intermediate},
          {"num_hidden_layers", s.layers},
          {"num_attention_heads", s.query_heads},
          {"num_key_value_heads", s.kv_heads},
          {"head_dim", s.head_size},
          {"vocab_size", s.vocabulary},
          {"max_position_embeddings", model.max_positions},
          {"rms_norm_eps", 1e-5},
          {"rope_theta", 10000.0},
          {"hidden_act", "silu"},
          {"tie_word_embeddings", s.tied_embeddings},
          {"use_sliding_window", model.sliding_window.has_value()},
          {"sliding_window", model.sliding_window ? json(*model.sliding_window) : json{}},
          {"max_window_layers", 0}};
}

}  // namespace

void write_random_model(const std::filesystem::path& folder, const RandomModel& model) {
  std::ofstream{folder / "config.json"} << config_of(model).dump(1);
  const std::vector<NamedTensor> tensors = make_tensors(model);
  if (model.shards == 1) return write_safetensors(folder / "model.safetensors", tensors, model.dtype);
  json map = json::object();
  const std::size_t per_shard =
      (tensors.size() + static_cast<std::size_t>(model.shards) - 1) / static_cast<std::size_t>(model.shards);
  for (std::size_t first = 0; first < tensors.size(); first += per_shard) {
    const auto shard = std::span{tensors}.subspan(first, std::min(per_shard, tensors.size() - first));
    const std::string name =
        fmt::format("model-{:05}-of-{:05}.safetensors", first / per_shard + 1, model.shards);
    write_safetensors(folder / name, shard, model.dtype);
    for (const NamedTensor& tensor : shard) map[tensor.name] = name;
  }
  std::ofstream{folder / "model.safetensors.index.json"} << json{{"weight_map", map}}.dump(1);
}

}  // namespace harsanyi::test
