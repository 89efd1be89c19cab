#include "worker/model/prompt_batch.hpp"

#include <algorithm>
#include <vector>

#include "worker/model/device.hpp"

namespace harsanyi {
namespace {

/// [B, 1, T, N] which keys each query does not see, for all heads.
at::Tensor hidden_keys(const at::Tensor& positions_BT, std::int64_t keys, AttentionWindow window) {
  const at::Tensor key = at::arange(keys, positions_BT.options());
  const at::Tensor query = positions_BT.unsqueeze(-1);
  const at::Tensor later = key.gt(query);
  return (window ? later.logical_or(key.le(query - *window)) : later).unsqueeze(1);
}

/// The prefix's own rows, which see nothing but themselves.
at::Tensor prefix_attention(const Projections& in, std::int64_t prefix, const at::Tensor& score_scale_H) {
  const at::Tensor map = attention_maps(in.q_CRHD.narrow(1, 0, prefix), in.k_CRKD.narrow(1, 0, prefix),
                                        score_scale_H, in.window);
  return mix_values(map, in.v_CRKD.narrow(1, 0, prefix));
}

/// B prompts, T rows of the longest, N keys of the longest, the shared prefix among them.
class SideBySide final : public PromptBatch {
 public:
  SideBySide(const RowLayout& layout, at::Device place);
  [[nodiscard]] at::Tensor attention(const Projections& in, QueryRows rows,
                                     const at::Tensor& score_scale_H) const override;

 private:
  std::int64_t prefix_;
  at::Tensor rows_BT_;            ///< int64: row of each query
  at::Tensor positions_BT_;       ///< int64: its position in the prompt
  at::Tensor last_positions_B1_;  ///< of each prompt's last row
  at::Tensor keys_BN_;            ///< int64: row of each key
  at::Tensor places_;             ///< [rows without prefix] int64: where each row is in [B * T]
};

SideBySide::SideBySide(const RowLayout& layout, at::Device place) : prefix_{layout.prefix()} {
  const int prompts = layout.prompts();
  std::int64_t longest = 0;
  for (int p = 0; p < prompts; ++p) longest = std::max(longest, layout.own_rows(p));
  std::vector<std::int64_t> rows, positions, last, keys, where;
  for (int p = 0; p < prompts; ++p) {
    const auto own = layout.own_rows(p);
    for (std::int64_t t = 0; t < longest; ++t) {
      const auto filled = std::min(t, own - 1);
      rows.push_back(layout.first_row(p) + filled);
      positions.push_back(prefix_ + filled);
      if (t < own) where.push_back(p * longest + t);
    }
    last.push_back(prefix_ + own - 1);
    for (std::int64_t n = 0; n < prefix_ + longest; ++n)
      keys.push_back(layout.row_of(p, std::min(n, prefix_ + own - 1)));
  }
  rows_BT_ = on(place, at::tensor(rows).view({prompts, longest}));
  positions_BT_ = on(place, at::tensor(positions).view({prompts, longest}));
  last_positions_B1_ = on(place, at::tensor(last).view({prompts, 1}));
  keys_BN_ = on(place, at::tensor(keys).view({prompts, prefix_ + longest}));
  places_ = on(place, at::tensor(where));
}

at::Tensor SideBySide::attention(const Projections& in, QueryRows rows,
                                 const at::Tensor& score_scale_H) const {
  const bool all = rows == QueryRows::all;
  const auto copies = in.q_CRHD.size(0);
  const auto prompts = keys_BN_.size(0);
  const auto queries = all ? rows_BT_.size(1) : 1;
  const auto gathered = [&](const at::Tensor& rows_CRHD, const at::Tensor& of_prompts) {
    return rows_CRHD.index_select(1, of_prompts.flatten()).unflatten(1, of_prompts.sizes()).flatten(0, 1);
  };
  const at::Tensor q = all ? gathered(in.q_CRHD, rows_BT_) : in.q_CRHD.flatten(0, 1).unsqueeze(1);
  const at::Tensor hidden =
      hidden_keys(all ? positions_BT_ : last_positions_B1_, keys_BN_.size(1), in.window);
  const at::Tensor maps =
      attention_maps(q, gathered(in.k_CRKD, keys_BN_), score_scale_H, hidden.repeat({copies, 1, 1, 1}));
  const at::Tensor mixed = mix_values(maps, gathered(in.v_CRKD, keys_BN_));
  const at::Tensor out = mixed.reshape({copies, prompts * queries, mixed.size(2), mixed.size(3)});
  if (!all) return out;
  const at::Tensor own = out.index_select(1, places_);
  return prefix_ == 0 ? own : at::cat({prefix_attention(in, prefix_, score_scale_H), own}, 1);
}

}  // namespace

std::shared_ptr<const PromptBatch> side_by_side(const RowLayout& layout, at::Device place) {
  return std::make_shared<const SideBySide>(layout, place);
}

}  // namespace harsanyi
