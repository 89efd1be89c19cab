#include "worker/model/attention.hpp"

#include <cmath>
#include <limits>

#include "partition/base/error.hpp"
#include "worker/model/affine.hpp"
#include "worker/model/device.hpp"
#include "worker/model/fused_attention.hpp"
#include "worker/model/prompt_batch.hpp"

namespace harsanyi {
namespace {

std::vector<Segment> segments_of(const RowLayout& layout, QueryRows rows) {
  std::vector<Segment> segments;
  const bool all = rows == QueryRows::all;
  if (all && layout.prefix() > 0) segments.push_back({0, layout.prefix(), 0, layout.prefix(), 0});
  for (int prompt = 0; prompt < layout.prompts(); ++prompt) {
    const auto first = layout.first_row(prompt);
    const auto own = layout.own_rows(prompt);
    segments.push_back({all ? first : prompt, all ? own : 1, first, own, layout.prefix()});
  }
  return segments;
}

// [C, N, Hkv, D]: the segment's keys or values, prefix first.
at::Tensor keys_of(const at::Tensor& rows_CRKD, const Segment& s) {
  const at::Tensor own = rows_CRKD.narrow(1, s.first_key, s.keys);
  return s.prefix_keys == 0 ? own : at::cat({rows_CRKD.narrow(1, 0, s.prefix_keys), own}, 1);
}

}  // namespace

at::Tensor attention_maps(const at::Tensor& q_CTHD, const at::Tensor& k_CNKD, const at::Tensor& score_scale_H,
                          const at::Tensor& hidden) {
  const auto copies = q_CTHD.size(0);
  const auto queries = q_CTHD.size(1);
  const auto heads = q_CTHD.size(2);
  const auto size = q_CTHD.size(3);
  const auto keys = k_CNKD.size(1);
  const auto players = k_CNKD.size(2);
  const auto per_player = heads / players;
  // The r heads of a player meet the same keys: one product with r*T rows per player.
  const at::Tensor q = q_CTHD.permute({0, 2, 1, 3}).reshape({copies * players, per_player * queries, size});
  const at::Tensor k = k_CNKD.permute({0, 2, 3, 1}).reshape({copies * players, size, keys});
  at::Tensor scores = batched_product(q, k, q.scalar_type()).view({copies, heads, queries, keys});
  scores.mul_(1.0 / std::sqrt(static_cast<double>(size)));
  if (score_scale_H.defined()) scores.mul_(score_scale_H.view({1, heads, 1, 1}));
  if (hidden.defined()) scores.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
  return at::softmax(scores, -1);
}

at::Tensor attention_maps(const at::Tensor& q_CTHD, const at::Tensor& k_CNKD, const at::Tensor& score_scale_H,
                          AttentionWindow window) {
  const auto queries = q_CTHD.size(1);
  const auto keys = k_CNKD.size(1);
  at::Tensor hidden;
  if (queries > 1 || (window && keys > *window))
    hidden = visible_keys(queries, keys, window, q_CTHD.device()).logical_not();
  return attention_maps(q_CTHD, k_CNKD, score_scale_H, hidden);
}

at::Tensor mix_values(const at::Tensor& maps_CHTN, const at::Tensor& v_CNKD) {
  const auto copies = maps_CHTN.size(0);
  const auto heads = maps_CHTN.size(1);
  const auto queries = maps_CHTN.size(2);
  const auto keys = maps_CHTN.size(3);
  const auto players = v_CNKD.size(2);
  const auto size = v_CNKD.size(3);
  const at::Tensor v = v_CNKD.permute({0, 2, 1, 3}).reshape({copies * players, keys, size});
  const at::Tensor mixed = batched_product(
      maps_CHTN.reshape({copies * players, heads / players * queries, keys}), v, v.scalar_type());
  return mixed.view({copies, heads, queries, size}).permute({0, 2, 1, 3});
}

// [C, query rows, H, D], through a map of every segment.
at::Tensor attention_by_maps(const Projections& in, const std::vector<Segment>& segments,
                             const AttentionEdit& edit, std::vector<at::Tensor>* maps) {
  std::vector<at::Tensor> outputs;
  for (const Segment& s : segments) {
    at::Tensor map = attention_maps(in.q_CRHD.narrow(1, s.first_query, s.queries), keys_of(in.k_CRKD, s),
                                    edit.score_scale_H, in.window);
    if (edit.calibration) map = calibrate_heads(map, *edit.calibration, in.window);
    outputs.push_back(mix_values(map, keys_of(in.v_CRKD, s)));
    if (maps != nullptr) maps->push_back(map);
  }
  return at::cat(outputs, 1);
}

at::Tensor attend(const Projections& in, const RowLayout& layout, QueryRows rows, const AttentionEdit& edit,
                  std::vector<at::Tensor>* maps) {
  if ((edit.calibration || maps != nullptr) && layout.prefix() > 0)
    throw ModelError{"calibration and attention maps need prompts laid out separately"};
  // A calibrated map depends on every row of the prompt, so all rows are computed and the wanted ones kept.
  const QueryRows computed = edit.calibration ? QueryRows::all : rows;
  const std::vector<Segment> segments = segments_of(layout, computed);
  at::Tensor out_CRHD;
  const bool by_maps = edit.calibration || maps != nullptr;
  if (!by_maps && in.batch != nullptr)
    out_CRHD = in.batch->attention(in, computed, edit.score_scale_H);
  else if (!by_maps && fusible(in))
    out_CRHD = fused_attention(in, segments, edit.score_scale_H);
  else
    out_CRHD = attention_by_maps(in, segments, edit, maps);
  if (edit.output_scale_H.defined()) out_CRHD.mul_(edit.output_scale_H.view({1, 1, -1, 1}));
  if (computed != rows)
    out_CRHD = out_CRHD.index_select(1, on(out_CRHD.device(), at::tensor(layout.last_rows())));
  return out_CRHD.flatten(2);
}

at::Tensor uniform_attention(const Projections& in, const RowLayout& layout, QueryRows rows) {
  std::vector<at::Tensor> means;
  for (const Segment& s : segments_of(layout, rows)) {
    const at::Tensor values_KND = keys_of(in.v_CRKD, s).select(0, 0).transpose(0, 1);
    const at::Tensor shares =
        visible_keys(s.queries, s.all_keys(), in.window, in.v_CRKD.device()).to(at::kFloat);
    const at::Tensor shares_KTN = (shares / shares.sum(-1, true)).expand({values_KND.size(0), -1, -1});
    means.push_back(batched_product(shares_KTN, values_KND, at::kFloat));
  }
  return at::cat(means, 1);
}

}  // namespace harsanyi
