#include "worker/model/decoder.hpp"

#include "partition/plan/cost.hpp"
#include "worker/model/affine.hpp"
#include "worker/model/operator_forms.hpp"
#include "worker/model/prompt_batch.hpp"
#include "worker/model/row_functions.hpp"

namespace harsanyi {

Decoder::Decoder(ModelConfig config, Weights weights, const Arithmetic& arithmetic, Device device)
    : config_{std::move(config)},
      weights_{std::move(weights)},
      arithmetic_{arithmetic},
      device_{std::move(device)},
      frequencies_{rotary_frequencies(config_)} {}

std::int64_t Decoder::rows_together() const noexcept {
  return device_.place.is_cpu() ? kContinuationRows : kGpuContinuationRows;
}

Rows Decoder::rows_of(RowLayout layout) const {
  const auto [cosines, sines] = rotary_table(frequencies_, layout.positions());
  RotaryTable rotary{on(device_.place, cosines), on(device_.place, sines)};
  const at::Tensor last = on(device_.place, at::tensor(layout.last_rows()));
  RotaryTable of_last{rotary.cos_RF.index_select(0, last), rotary.sin_RF.index_select(0, last)};
  auto batch = device_.by_operators ? std::make_shared<const PromptBatch>(layout, device_.place) : nullptr;
  return {std::move(layout), std::move(rotary), last, std::move(of_last), std::move(batch)};
}

at::Tensor Decoder::embed(const Rows& rows) const {
  return at::embedding(weights_.embedding_Vd, on(device_.place, at::tensor(rows.layout.tokens())))
      .to(at::kFloat)
      .unsqueeze(0);
}

at::Tensor Decoder::norm(const at::Tensor& x, const at::Tensor& weight) const {
  return timed(times_, Stage::rows, [&] {
    return device_.by_operators ? operators::rms_norm(x, weight, config_.rms_norm_eps)
                                : rms_norm(x, weight, config_.rms_norm_eps);
  });
}

void Decoder::rotate_in_place(const at::Tensor& heads, const RotaryTable& angles) const {
  timed(times_, Stage::rows,
        [&] { device_.by_operators ? operators::rotate(heads, angles) : rotate(heads, angles); });
}

at::Tensor Decoder::product(const ProductInput& x, const Matrix& weight, const at::Tensor& bias) const {
  return timed(times_, Stage::products, [&] { return weight.times(x, bias, arithmetic_); });
}

at::Tensor Decoder::wanted_rows(const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted) {
  return wanted == QueryRows::all ? x_CRd : x_CRd.index_select(1, rows.last_rows);
}

Projections Decoder::project(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  const std::int64_t size = config_.shape.head_size;
  const ProductInput normed{norm(x_CRd, w.attention_norm_d)};
  const auto heads = [size](const at::Tensor& rows_) { return rows_.unflatten(-1, {-1, size}); };
  const auto rotated = [&](const at::Tensor& rows_, const at::Tensor& weight_D, const RotaryTable& angles) {
    const at::Tensor heads_ = weight_D.defined() ? norm(heads(rows_), weight_D) : heads(rows_);
    rotate_in_place(heads_, angles);
    return heads_.to(arithmetic_.type);
  };
  const at::Tensor q = wanted == QueryRows::all
                           ? product(normed, w.q_proj, w.q_bias)
                           : product(wanted_rows(normed.rows(), rows, wanted), w.q_proj, w.q_bias);
  const RotaryTable& angles = wanted == QueryRows::all ? rows.rotary : rows.rotary_of_last;
  return {.q_CRHD = rotated(q, w.q_norm_D, angles),
          .k_CRKD = rotated(product(normed, w.k_proj, w.k_bias), w.k_norm_D, rows.rotary),
          .v_CRKD = heads(product(normed, w.v_proj, w.v_bias)).to(arithmetic_.type),
          .window = config_.windows[static_cast<std::size_t>(index)],
          .batch = rows.batch.get()};
}

at::Tensor Decoder::mlp(int index, const at::Tensor& x) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  const ProductInput normed{norm(x, w.mlp_norm_d)};
  const at::Tensor gated = product(normed, w.gate_proj);
  const at::Tensor up = product(normed, w.up_proj);
  timed(times_, Stage::rows,
        [&] { device_.by_operators ? operators::gate_in_place(gated, up) : gate_in_place(gated, up); });
  return product(gated, w.down_proj).add_(x);
}

at::Tensor Decoder::with_attention(int index, const at::Tensor& x_CRd, const at::Tensor& attended) const {
  const LayerWeights& w = weights_.layers[static_cast<std::size_t>(index)];
  return product(attended, w.o_proj, w.o_bias).add_(x_CRd);
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
      timed(times_, Stage::attention, [&] { return attend(projections, rows.layout, wanted, edit, maps); });
  return with_attention(index, wanted_rows(x_CRd, rows, wanted), attended);
}

at::Tensor Decoder::layer(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted,
                          const AttentionEdit& edit, std::vector<at::Tensor>* maps) const {
  return mlp(index, mlp_input(index, x_CRd, rows, wanted, edit, maps));
}

at::Tensor Decoder::final_norm(const at::Tensor& x) const {
  return norm(x, weights_.final_norm_d);
}

at::Tensor Decoder::logits(const at::Tensor& normed) const {
  return timed(times_, Stage::products, [&] { return affine(normed, weights_.unembedding_Vd); });
}

at::Tensor Decoder::logits_of(const at::Tensor& normed, std::span<const std::int32_t> tokens) const {
  const std::vector<std::int64_t> ids(tokens.begin(), tokens.end());
  return timed(times_, Stage::products, [&] {
    return affine(normed, weights_.unembedding_Vd.index_select(0, on(device_.place, at::tensor(ids))));
  });
}

}  // namespace harsanyi
