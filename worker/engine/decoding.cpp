#include "worker/engine/decoding.hpp"

#include <utility>

namespace harsanyi {
namespace {

// Prompts that run in one matrix product: as many as have `most` rows, at least one.
std::span<const Prompt> first_batch(std::span<const Prompt> prompts, std::int64_t most) {
  std::int64_t rows = 0;
  std::size_t count = 0;
  for (; count < prompts.size(); ++count) {
    rows += static_cast<std::int64_t>(prompts[count].tokens.size());
    if (count > 0 && rows > most) break;
  }
  return prompts.first(count);
}

}  // namespace

Decoding::Decoding(const Decoder& decoder, std::span<const Prompt> prompts,
                   const std::vector<AttentionEdit>& edits, DecodeCalibration calibration)
    : decoder_{decoder}, edits_{edits} {
  std::vector<at::Tensor> normed;
  while (!prompts.empty()) {
    const auto batch = first_batch(prompts, decoder_.rows_together());
    const std::size_t known = sequences_.size();
    start(batch, calibration);
    const Rows rows = decoder_.rows_of(RowLayout::separate(batch));
    normed.push_back(run(rows, std::span{sequences_}.subspan(known)));
    prompts = prompts.subspan(batch.size());
  }
  if (!normed.empty()) logits_.emplace(decoder_, at::cat(normed, 1).squeeze(0));
}

void Decoding::start(std::span<const Prompt> prompts, DecodeCalibration calibration) {
  for (const Prompt& prompt : prompts) {
    Sequence sequence;
    sequence.tokens = static_cast<std::int64_t>(prompt.tokens.size());
    for (std::size_t layer = 0; layer < edits_.size(); ++layer) {
      LayerState& state = sequence.layers.emplace_back();
      if (edits_[layer].calibration)
        state.calibrator.emplace(*edits_[layer].calibration, calibration, decoder_.config().windows[layer]);
    }
    sequences_.push_back(std::move(sequence));
  }
}

void Decoding::step(std::span<const std::int32_t> tokens) {
  std::vector<std::int64_t> positions;
  for (Sequence& sequence : sequences_) positions.push_back(sequence.tokens++);
  const Rows rows = decoder_.rows_of(RowLayout::next_tokens(tokens, positions));
  logits_.emplace(decoder_, run(rows, sequences_).squeeze(0));
}

void Decoding::keep(std::span<const std::size_t> kept) {
  std::vector<Sequence> sequences;
  for (const std::size_t place : kept) sequences.push_back(std::move(sequences_[place]));
  sequences_ = std::move(sequences);
}

at::Tensor Decoding::run(const Rows& rows, std::span<Sequence> sequences) const {
  at::Tensor x = decoder_.embed(rows);
  const int layers = decoder_.config().shape.layers;
  for (int layer = 0; layer < layers; ++layer) {
    const bool top = layer + 1 == layers;
    // A calibrated map needs every query of the prompt even where one row is wanted.
    const bool all_queries = !top || edits_[static_cast<std::size_t>(layer)].calibration.has_value();
    const QueryRows wanted = top ? QueryRows::last_of_each_prompt : QueryRows::all;
    const Projections projections =
        decoder_.project(layer, x, rows, all_queries ? QueryRows::all : QueryRows::last_of_each_prompt);
    at::Tensor attended = attend(layer, projections, rows, sequences, !all_queries);
    if (top && all_queries) attended = attended.index_select(1, rows.last_rows);
    x = decoder_.finish(layer, Decoder::wanted_rows(x, rows, wanted), attended);
  }
  return decoder_.final_norm(x);
}

at::Tensor Decoding::attend(int layer, const Projections& projections, const Rows& rows,
                            std::span<Sequence> sequences, bool last_row_alone) const {
  const AttentionEdit& edit = edits_[static_cast<std::size_t>(layer)];
  std::vector<at::Tensor> outputs;
  for (int s = 0; s < rows.layout.prompts(); ++s) {
    LayerState& state = sequences[static_cast<std::size_t>(s)].layers[static_cast<std::size_t>(layer)];
    const auto first = rows.layout.first_row(s);
    const auto own = rows.layout.own_rows(s);
    state.cache.append(projections.k_CRKD.squeeze(0).narrow(0, first, own),
                       projections.v_CRKD.squeeze(0).narrow(0, first, own));
    const at::Tensor queries =
        last_row_alone ? projections.q_CRHD.narrow(1, s, 1) : projections.q_CRHD.narrow(1, first, own);
    at::Tensor map = attention_maps(queries, state.cache.keys_1NKD(), edit.score_scale_H, projections.window);
    if (state.calibrator) map = (*state.calibrator)(map);
    outputs.push_back(mix_values(map, state.cache.values_1NKD()));
  }
  at::Tensor out_1RHD = at::cat(outputs, 1);
  if (edit.output_scale_H.defined()) out_1RHD.mul_(edit.output_scale_H.view({1, 1, -1, 1}));
  return out_1RHD.flatten(2);
}

}  // namespace harsanyi
