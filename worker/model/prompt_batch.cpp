#include "worker/model/prompt_batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "worker/model/affine.hpp"
#include "worker/model/device.hpp"

namespace harsanyi {
namespace {

/// [B, T, N] which keys each query sees.
at::Tensor visible(const at::Tensor& positions_BT, std::int64_t keys, AttentionWindow window) {
  const at::Tensor key = at::arange(keys, positions_BT.options());
  const at::Tensor query = positions_BT.unsqueeze(-1);
  const at::Tensor seen = key.le(query);
  return window ? seen.logical_and(key.gt(query - *window)) : seen;
}

/// The prefix's own rows, which see nothing but themselves.
at::Tensor prefix_attention(const Projections& in, std::int64_t prefix, const at::Tensor& score_scale_H) {
  const at::Tensor map = attention_maps(in.q_CRHD.narrow(1, 0, prefix), in.k_CRKD.narrow(1, 0, prefix),
                                        score_scale_H, in.window);
  return mix_values(map, in.v_CRKD.narrow(1, 0, prefix));
}

}  // namespace

PromptBatch::PromptBatch(const RowLayout& layout, at::Device place) : prefix{layout.prefix()} {
  const int prompts = layout.prompts();
  std::int64_t longest = 0;
  for (int p = 0; p < prompts; ++p) longest = std::max(longest, layout.own_rows(p));
  std::vector<std::int64_t> rows, positions, last, keys, where;
  for (int p = 0; p < prompts; ++p) {
    const auto own = layout.own_rows(p);
    for (std::int64_t t = 0; t < longest; ++t) {
      const auto filled = std::min(t, own - 1);
      rows.push_back(layout.first_row(p) + filled);
      positions.push_back(prefix + filled);
      if (t < own) where.push_back(p * longest + t);
    }
    last.push_back(prefix + own - 1);
    for (std::int64_t n = 0; n < prefix + longest; ++n)
      keys.push_back(layout.row_of(p, std::min(n, prefix + own - 1)));
  }
  rows_BT = on(place, at::tensor(rows).view({prompts, longest}));
  positions_BT = on(place, at::tensor(positions).view({prompts, longest}));
  last_positions_B1 = on(place, at::tensor(last).view({prompts, 1}));
  keys_BN = on(place, at::tensor(keys).view({prompts, prefix + longest}));
  places = on(place, at::tensor(where));
}

at::Tensor batched_attention(const Projections& in, const PromptBatch& batch, QueryRows rows,
                             const at::Tensor& score_scale_H) {
  const bool all = rows == QueryRows::all;
  const auto copies = in.q_CRHD.size(0);
  const auto heads = in.q_CRHD.size(2);
  const auto size = in.q_CRHD.size(3);
  const auto players = in.k_CRKD.size(2);
  const auto per_player = heads / players;
  const auto prompts = batch.keys_BN.size(0);
  const auto keys = batch.keys_BN.size(1);
  const auto queries = all ? batch.rows_BT.size(1) : 1;
  const at::Tensor asking = all ? in.q_CRHD.index_select(1, batch.rows_BT.flatten()) : in.q_CRHD;
  const at::Tensor q = asking.reshape({copies, prompts, queries, players, per_player, size})
                           .permute({0, 1, 3, 4, 2, 5})
                           .reshape({copies * prompts * players, per_player * queries, size});
  const auto seen_by_player = [&](const at::Tensor& rows_CRKD) {
    return rows_CRKD.index_select(1, batch.keys_BN.flatten())
        .view({copies, prompts, keys, players, size})
        .transpose(2, 3)
        .reshape({copies * prompts * players, keys, size});
  };
  at::Tensor scores = batched_product(q, seen_by_player(in.k_CRKD).transpose(1, 2), q.scalar_type())
                          .view({copies, prompts, heads, queries, keys});
  scores.mul_(1.0 / std::sqrt(static_cast<double>(size)));
  if (score_scale_H.defined()) scores.mul_(score_scale_H.view({1, 1, heads, 1, 1}));
  const at::Tensor seen =
      visible(all ? batch.positions_BT : batch.last_positions_B1, keys, in.window).unsqueeze(1);
  scores.masked_fill_(seen.logical_not(), -std::numeric_limits<float>::infinity());
  const at::Tensor maps =
      at::softmax(scores, -1).view({copies * prompts * players, per_player * queries, keys});
  const at::Tensor v = seen_by_player(in.v_CRKD);
  const at::Tensor out = batched_product(maps, v, v.scalar_type())
                             .view({copies, prompts, players, per_player, queries, size})
                             .permute({0, 1, 4, 2, 3, 5})
                             .reshape({copies, prompts * queries, heads, size});
  if (!all) return out;
  const at::Tensor own = out.index_select(1, batch.places);
  return batch.prefix == 0 ? own : at::cat({prefix_attention(in, batch.prefix, score_scale_H), own}, 1);
}

}  // namespace harsanyi
