#pragma once

#include <optional>
#include <span>
#include <vector>

#include "partition/game/conventions.hpp"
#include "partition/plan/prompt.hpp"
#include "worker/engine/vocabulary.hpp"
#include "worker/intervention/decode_calibration.hpp"
#include "worker/model/decoder.hpp"
#include "worker/model/key_value_cache.hpp"

namespace harsanyi {

/// Sequences that grow token by token, with a key/value cache: first each prompt's pass, then steps of one
/// token per sequence. All sequences share the matrix products of a step; attention runs per sequence over
/// its own keys. Calls are collective. A sequence's logits depend neither on the sequences beside it nor on
/// the number of threads. S sequences, V vocabulary.
class Decoding {
 public:
  /// Runs the prompts. They share no prefix: the products of a shared prefix would have other bits than those
  /// of a prompt alone.
  /// @param edits        [layers], for the prompts' pass and for every step
  /// @param calibration  how `edits`' calibration acts in a step
  Decoding(const Decoder& decoder, std::span<const Prompt> prompts, const std::vector<AttentionEdit>& edits,
           DecodeCalibration calibration);

  /// S rows, after the newest token of each sequence. Of one sequence at least.
  [[nodiscard]] const VocabularyLogits& logits() const { return *logits_; }

  /// Appends one token to each sequence. @param tokens  [S]
  void step(std::span<const std::int32_t> tokens);

  /// Sequences other than these end. @param kept  places in the present order, ascending
  void keep(std::span<const std::size_t> kept);

 private:
  struct LayerState {
    KeyValueCache cache;
    std::optional<DecodingCalibrator> calibrator;
  };
  struct Sequence {
    std::vector<LayerState> layers;
    std::int64_t tokens = 0;
  };

  void start(std::span<const Prompt> prompts, DecodeCalibration calibration);
  /// [1, S, d] after the final norm, at the last row of each sequence in `rows`.
  [[nodiscard]] at::Tensor run(const Rows& rows, std::span<Sequence> sequences) const;
  /// [1, wanted rows, H*D]
  [[nodiscard]] at::Tensor attend(int layer, const Projections& projections, const Rows& rows,
                                  std::span<Sequence> sequences, bool last_row_alone) const;

  const Decoder& decoder_;
  std::vector<AttentionEdit> edits_;
  std::vector<Sequence> sequences_;
  std::optional<VocabularyLogits> logits_;
};

}  // namespace harsanyi
