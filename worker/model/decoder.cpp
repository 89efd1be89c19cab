#include "worker/model/decoder.hpp"

#include "partition/plan/cost.hpp"
#include "worker/model/affine.hpp"
#include "worker/model/prompt_batch.hpp"

namespace harsanyi {

Decoder::Decoder(ModelConfig config, Weights weights, const Arithmetic& arithmetic, Device device,
                 ModelPart part)
    : config_{std::move(config)},
      weights_{std::move(weights)},
      arithmetic_{arithmetic},
      device_{std::move(device)},
      part_{std::move(part)},
      frequencies_{rotary_frequencies(config_)} {}

std::int64_t Decoder::rows_together() const noexcept {
  return device_.place.is_cpu() ? kContinuationRows : gpu_continuation_rows(config_.shape.hidden);
}

Rows Decoder::rows_of(RowLayout layout) const {
  const auto [cosines, sines] = rotary_table(frequencies_, layout.positions());
  RotaryTable rotary{on(device_.place, cosines), on(device_.place, sines)};
  const at::Tensor last = on(device_.place, at::tensor(layout.last_rows()));
  RotaryTable of_last{rotary.cos_RF.index_select(0, last), rotary.sin_RF.index_select(0, last)};
  auto batch = device_.steps->batch_of(layout, part_.shape());
  return {std::move(layout), std::move(rotary), last, std::move(of_last), std::move(batch)};
}

at::Tensor Decoder::embed(const Rows& rows) const {
  const at::Tensor tokens = on(device_.place, at::tensor(rows.layout.tokens()));
  const auto embedded = [this](const at::Tensor& places) {
    return at::embedding(weights_.embedding_Vd, places).to(at::kFloat).unsqueeze(0);
  };
  if (part_.whole()) return embedded(tokens);
  // Each row from the rank that has its token; 0 from the others.
  const Slice own = part_.shard().vocabulary;
  const at::Tensor places = tokens - own.first;
  const at::Tensor elsewhere = places.lt(0).logical_or(places.ge(own.size()));
  at::Tensor x = embedded(places.masked_fill(elsewhere, 0)).masked_fill(elsewhere.unsqueeze(-1), 0.0);
  part_.sum(x);
  return x;
}

at::Tensor Decoder::norm(const at::Tensor& x, const at::Tensor& weight) const {
  return timed(meter(), Stage::rows,
               [&] { return device_.steps->rms_norm(x, weight, config_.rms_norm_eps); });
}

ProductInput Decoder::normed(const at::Tensor& x, const at::Tensor& weight) const {
  return timed(meter(), Stage::rows,
               [&] { return device_.steps->normed(x, weight, config_.rms_norm_eps, arithmetic_); });
}

void Decoder::rotate_in_place(const at::Tensor& heads, const RotaryTable& angles) const {
  timed(meter(), Stage::rows, [&] { device_.steps->rotate(heads, angles); });
}

at::Tensor Decoder::product(const ProductInput& x, const Matrix& weight, const at::Tensor& bias) const {
  return timed(meter(), Stage::products, [&] { return weight.times(x, bias, arithmetic_); });
}

at::Tensor Decoder::summed_product(const ProductInput& x, const Matrix& weight,
                                   const at::Tensor& bias) const {
  at::Tensor y = product(x, weight, part_.leads() ? bias : at::Tensor{});
  timed(meter(), Stage::group, [&] { part_.sum(y); });
  return y;
}

at::Tensor Decoder::wanted_rows(const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted) {
  return wanted == QueryRows::all ? x_CRd : x_CRd.index_select(1, rows.last_rows);
}

Projections Decoder::project(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  const std::int64_t size = config_.shape.head_size;
  const ProductInput input = normed(x_CRd, w.attention_norm_d);
  const auto heads = [size](const at::Tensor& rows_) { return rows_.unflatten(-1, {-1, size}); };
  const auto rotated = [&](const at::Tensor& rows_, const at::Tensor& weight_D, const RotaryTable& angles) {
    const at::Tensor heads_ = weight_D.defined() ? norm(heads(rows_), weight_D) : heads(rows_);
    rotate_in_place(heads_, angles);
    return heads_.to(arithmetic_.type);
  };
  const at::Tensor q = wanted == QueryRows::all ? product(input, w.q_proj, w.q_bias)
                                                : product(input.selected(rows.last_rows), w.q_proj, w.q_bias);
  const RotaryTable& angles = wanted == QueryRows::all ? rows.rotary : rows.rotary_of_last;
  return {.q_CRHD = rotated(q, w.q_norm_D, angles),
          .k_CRKD = rotated(product(input, w.k_proj, w.k_bias), w.k_norm_D, rows.rotary),
          .v_CRKD = heads(product(input, w.v_proj, w.v_bias)).to(arithmetic_.type),
          .window = config_.windows[static_cast<std::size_t>(index)],
          .batch = rows.batch.get()};
}

at::Tensor Decoder::mlp(int index, const at::Tensor& x) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  const ProductInput input = normed(x, w.mlp_norm_d);
  const at::Tensor gate = product(input, w.gate_proj);
  const at::Tensor up = product(input, w.up_proj);
  const ProductInput gated =
      timed(meter(), Stage::rows, [&] { return device_.steps->gated(gate, up, arithmetic_); });
  return summed_product(gated, w.down_proj).add_(x);
}

at::Tensor Decoder::with_attention(int index, const at::Tensor& x_CRd, const at::Tensor& attended) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  const ProductInput input =
      timed(meter(), Stage::rows, [&] { return device_.steps->input_of(attended, arithmetic_); });
  return summed_product(input, w.o_proj, w.o_bias).add_(x_CRd);
}

at::Tensor Decoder::finish(int index, const at::Tensor& x_CRd, const at::Tensor& attended) const {
  return mlp(index, with_attention(index, x_CRd, attended));
}

at::Tensor Decoder::mlp_input(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted,
                              const AttentionEdit& edit, std::vector<at::Tensor>* maps) const {
  // A calibrated map needs every query even where one row is wanted.
  const QueryRows asked = edit.calibration ? QueryRows::all : wanted;
  const Projections projections = project(index, x_CRd, rows, asked);
  const at::Tensor attended =
      timed(meter(), Stage::attention, [&] { return attend(projections, rows.layout, wanted, edit, maps); });
  return with_attention(index, wanted_rows(x_CRd, rows, wanted), attended);
}

at::Tensor Decoder::layer(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted,
                          const AttentionEdit& edit, std::vector<at::Tensor>* maps) const {
  return mlp(index, mlp_input(index, x_CRd, rows, wanted, edit, maps));
}

at::Tensor Decoder::final_norm(const at::Tensor& x) const {
  return norm(x, weights_.final_norm_d);
}

at::Tensor Decoder::own_logits(const at::Tensor& normed) const {
  return timed(meter(), Stage::products, [&] { return affine(normed, weights_.unembedding_Vd); });
}

at::Tensor Decoder::logits(const at::Tensor& normed) const {
  return part_.joined(own_logits(normed), -1, part_.shard().vocabulary, config_.shape.vocabulary);
}

at::Tensor Decoder::own_logits_of(const at::Tensor& normed, std::span<const std::int32_t> tokens) const {
  const Slice own = part_.shard().vocabulary;
  std::vector<std::int64_t> places;
  std::vector<bool> elsewhere;
  for (const std::int32_t token : tokens) {
    elsewhere.push_back(!own.contains(token));
    places.push_back(elsewhere.back() ? 0 : token - own.first);
  }
  const at::Tensor logits = timed(meter(), Stage::products, [&] {
    return affine(normed, weights_.unembedding_Vd.index_select(0, on(device_.place, at::tensor(places))));
  });
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (elsewhere[i]) logits.select(-1, static_cast<std::int64_t>(i)).zero_();
  return logits;
}

}  // namespace harsanyi
