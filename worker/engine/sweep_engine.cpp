#include "worker/engine/sweep_engine.hpp"

#include <algorithm>

#include "worker/engine/answers.hpp"
#include "worker/model/affine.hpp"

namespace harsanyi {
namespace {

// Places the values of some copies, [C, B], into the unit's block, [layers, samples, coalitions].
class UnitTable {
 public:
  explicit UnitTable(const SweepUnit& unit) : unit_{unit}, values_(static_cast<std::size_t>(unit.values())) {}

  void put(Range<LayerId> layers, Coalition coalition, std::span<const double> of_samples) {
    for (const LayerId layer : layers) put(layer, coalition, of_samples);
  }
  [[nodiscard]] std::vector<double> take() && { return std::move(values_); }

 private:
  void put(LayerId layer, Coalition coalition, std::span<const double> of_samples) {
    const auto coalitions = unit_.coalitions.size();
    const auto first = (layer.index() - unit_.layers.first) * unit_.samples.size();
    const auto column = coalition.index() - unit_.coalitions.first;
    for (std::size_t b = 0; b < of_samples.size(); ++b)
      values_[static_cast<std::size_t>((first + static_cast<std::int64_t>(b)) * coalitions + column)] =
          of_samples[b];
  }

  const SweepUnit& unit_;
  std::vector<double> values_;
};

// Rows of the last layer's MLP that are worth reading its weights for; few enough that the logits of a whole
// vocabulary stay small. A GPU wants more, and waits for the host after each.
std::int64_t last_rows_together(const Decoder& decoder) {
  return decoder.device().place.is_cpu() ? 256 : 4096;
}

// Copies that wait for the last layer's MLP: a batch of them has only one row per prompt.
class WaitingCopies {
 public:
  /// @param layers  whose games have these copies
  void add(Range<LayerId> layers, std::span<const Coalition> coalitions, const at::Tensor& inputs_CBd) {
    for (const Coalition coalition : coalitions) games_.emplace_back(layers, coalition);
    inputs_.push_back(inputs_CBd);
    rows_ += inputs_CBd.size(0) * inputs_CBd.size(1);
  }
  [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::span<const std::pair<Range<LayerId>, Coalition>> games() const noexcept {
    return games_;
  }
  [[nodiscard]] at::Tensor inputs_CBd() const { return at::cat(inputs_); }

 private:
  std::vector<std::pair<Range<LayerId>, Coalition>> games_;
  std::vector<at::Tensor> inputs_;
  std::int64_t rows_ = 0;
};

// The last layer's MLP and the values of all that waits, into the table.
void finish(const Decoder& decoder, WaitingCopies& waiting, std::span<const Prompt> samples, ValueKind kind,
            UnitTable& table) {
  if (waiting.rows() == 0) return;
  const at::Tensor last_CBd = decoder.mlp(decoder.config().shape.layers - 1, waiting.inputs_CBd());
  const std::vector<double> values = answer_values(decoder, last_CBd, samples, kind);
  for (std::size_t c = 0; c < waiting.games().size(); ++c) {
    const auto& [layers, coalition] = waiting.games()[c];
    table.put(layers, coalition, std::span{values}.subspan(c * samples.size(), samples.size()));
  }
  waiting = {};
}

std::vector<std::vector<std::int32_t>> tokens_of(std::span<const Prompt> samples) {
  std::vector<std::vector<std::int32_t>> tokens;
  for (const Prompt& sample : samples) tokens.push_back(sample.tokens);
  return tokens;
}

}  // namespace

QueryRows SweepEngine::wanted_of(int layer) const noexcept {
  return layer + 1 == decoder_.config().shape.layers ? QueryRows::last_of_each_prompt : QueryRows::all;
}

const SweepEngine::Trunk& SweepEngine::trunk_of(std::span<const Prompt> samples) {
  auto tokens = tokens_of(samples);
  if (trunk_ && trunk_->tokens == tokens) return *trunk_;
  forget();
  Trunk trunk{std::move(tokens), decoder_.rows_of(RowLayout::sharing_prefix(samples)), {}, {}};
  at::Tensor x = decoder_.embed(trunk.rows);
  const int last = decoder_.config().shape.layers - 1;
  for (int layer = 0; layer < last; ++layer) {
    trunk.inputs_1Rd.push_back(x);
    x = decoder_.layer(layer, x, trunk.rows, QueryRows::all);
  }
  trunk.inputs_1Rd.push_back(x);
  trunk.last_mlp_1Bd = decoder_.mlp_input(last, x, trunk.rows, QueryRows::last_of_each_prompt);
  return trunk_.emplace(std::move(trunk));
}

const PlayerOutputs& SweepEngine::kept_player_outputs(int layer, const Trunk& trunk, const GameRules& rules) {
  if (players_ && players_->layer == layer && players_->rules.mask == rules.mask &&
      players_->rules.epsilon == rules.epsilon)
    return players_->outputs;
  players_.reset();  // before the next ones take memory
  return players_.emplace(LayerPlayers{layer, rules, player_outputs(layer, trunk, rules)}).outputs;
}

PlayerOutputs SweepEngine::player_outputs(int layer, const Trunk& trunk, const GameRules& rules) const {
  PlayerOutputs outputs = own_player_outputs(layer, trunk, rules);
  const ModelPart& part = decoder_.part();
  if (part.whole()) return outputs;
  // Every rank gets the outputs of all players, in one sum over the group, and adds up coalitions for itself.
  const bool both = outputs.absent.defined();
  const at::Tensor own = both ? at::stack({outputs.present, outputs.absent}) : outputs.present.unsqueeze(0);
  const at::Tensor all = part.joined(own, 1, part.shard().kv_heads, decoder_.config().shape.kv_heads);
  outputs.present = all.select(0, 0);
  if (both) outputs.absent = all.select(0, 1);
  return outputs;
}

PlayerOutputs SweepEngine::own_player_outputs(int layer, const Trunk& trunk, const GameRules& rules) const {
  const LayerWeights& w = decoder_.weights().layers[static_cast<std::size_t>(layer)];
  const ModelShape& shape = decoder_.part().shape();
  const QueryRows wanted = wanted_of(layer);
  const at::Tensor& x = trunk.inputs_1Rd[static_cast<std::size_t>(layer)];
  const Projections projections = decoder_.project(layer, x, trunk.rows, wanted);
  const at::Tensor w_nod = w.o_proj.plain().unflatten(1, {shape.kv_heads, -1}).permute({1, 2, 0});
  const auto projected = [&](const at::Tensor& attended_nRo, const at::Tensor& weights_nod) {
    return timed(decoder_.meter(), Stage::products,
                 [&] { return batched_product(attended_nRo, weights_nod, decoder_.arithmetic().type); });
  };
  const auto by_player = [&](const AttentionEdit& edit) {
    const at::Tensor attended = timed(decoder_.meter(), Stage::attention, [&] {
      return attend(projections, trunk.rows.layout, wanted, edit).squeeze(0);
    });
    return projected(attended.unflatten(1, {shape.kv_heads, -1}).transpose(0, 1), w_nod);
  };
  PlayerOutputs outputs;
  outputs.present = by_player({});
  if (rules.mask == MaskKind::uniform) {
    // All heads of a player give the same, so their projections add up.
    const at::Tensor summed_nDd = w_nod.to(at::kFloat).unflatten(1, {-1, shape.head_size}).sum(1);
    const at::Tensor means_nRD = timed(decoder_.meter(), Stage::attention, [&] {
      return uniform_attention(projections, trunk.rows.layout, wanted);
    });
    outputs.absent = projected(means_nRD, summed_nDd);
  }
  if (rules.mask == MaskKind::undifferentiated)
    outputs.absent = by_player({.score_scale_H = at::full({shape.query_heads}, rules.epsilon, x.options()),
                                .output_scale_H = {},
                                .calibration = {}});
  outputs.base = Decoder::wanted_rows(x, trunk.rows, wanted).squeeze(0).contiguous();
  if (w.o_bias.defined()) outputs.base = outputs.base + w.o_bias;
  return outputs;
}

at::Tensor SweepEngine::run_to_last_mlp(int layer, const PlayerOutputs& players,
                                        std::span<const Coalition> coalitions, const Rows& rows) const {
  const int last = decoder_.config().shape.layers - 1;
  at::Tensor x = timed(decoder_.meter(), Stage::rows,
                       [&] { return decoder_.device().steps->coalition_inputs(players, coalitions); });
  if (layer == last) return x;
  x = decoder_.mlp(layer, x);
  for (int above = layer + 1; above < last; ++above) x = decoder_.layer(above, x, rows, QueryRows::all);
  return decoder_.mlp_input(last, x, rows, QueryRows::last_of_each_prompt);
}

bool SweepEngine::halve_batches() {
  if (!trunk_ || batch_rows_ < 2 * trunk_->rows.layout.rows()) return false;
  batch_rows_ /= 2;
  return true;
}

std::vector<double> SweepEngine::values(const SweepUnit& unit, std::span<const Prompt> samples,
                                        const GameRules& rules) {
  const Trunk& trunk = trunk_of(samples);
  const Coalition grand = Coalition::grand(decoder_.config().shape.kv_heads);
  std::vector<Coalition> masked;
  for (const Coalition coalition : unit.coalitions)
    if (coalition != grand) masked.push_back(coalition);
  const auto copies =
      static_cast<std::size_t>(std::max<std::int64_t>(1, batch_rows_ / trunk.rows.layout.rows()));

  UnitTable table{unit};
  WaitingCopies waiting;
  if (unit.coalitions.contains(grand)) waiting.add(unit.layers, std::span{&grand, 1}, trunk.last_mlp_1Bd);
  const auto games = masked.empty() ? Range<LayerId>{} : unit.layers;
  for (const LayerId layer : games) {
    const PlayerOutputs& players = kept_player_outputs(layer.value, trunk, rules);
    for (std::size_t first = 0; first < masked.size(); first += copies) {
      const auto batch = std::span{masked}.subspan(first, std::min(copies, masked.size() - first));
      waiting.add({layer.index(), layer.index() + 1}, batch,
                  run_to_last_mlp(layer.value, players, batch, trunk.rows));
      if (waiting.rows() >= last_rows_together(decoder_))
        finish(decoder_, waiting, samples, rules.value, table);
    }
  }
  finish(decoder_, waiting, samples, rules.value, table);
  return std::move(table).take();
}

}  // namespace harsanyi
