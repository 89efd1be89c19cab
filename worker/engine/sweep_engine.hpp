#pragma once

#include <optional>
#include <span>
#include <vector>

#include "partition/plan/sweep_plan.hpp"
#include "worker/engine/engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {

/// The values of sweep units, by the exact short cuts of spec gac.md section 9:
/// - the trunk (ordinary forward pass) of a unit's samples runs once and is kept for the next unit of the
/// same samples;
/// - a layer's attention output is additive over players, so 2n projections give all 2^n inputs of the layers
/// above; those of the last layer are kept for the next unit of the same samples;
/// - coalitions run as copies in one batch, and the prefix that all prompts share once per copy;
/// - the last layer is computed at the last position of each prompt alone, its MLP for many copies at once;
/// - the grand coalition is the trunk.
class SweepEngine {
 public:
  explicit SweepEngine(const Decoder& decoder) : decoder_{decoder}, batch_rows_{decoder.rows_together()} {}

  /// @return [layers, samples, coalitions] row-major, log-odds
  [[nodiscard]] std::vector<double> values(const SweepUnit& unit, std::span<const Prompt> samples,
                                           const GameRules& rules);

  /// Halves the rows of a batch: the same bits only where rows have their own (row_bits.hpp). False where the
  /// last unit's batches held a single copy, or it did not get so far.
  [[nodiscard]] bool halve_batches();

  /// Drops what is kept between units: after a unit that was given up half way.
  void forget() {
    players_.reset();
    trunk_.reset();
  }

 private:
  /// The ordinary forward pass of some samples.
  struct Trunk {
    std::vector<std::vector<std::int32_t>> tokens;  ///< what it belongs to
    Rows rows;
    std::vector<at::Tensor> inputs_1Rd;  ///< [layers] input of each layer
    at::Tensor last_mlp_1Bd;             ///< what the last layer's MLP receives at the last positions
  };

  /// Of the last layer that was asked for, on the trunk's samples.
  struct LayerPlayers {
    int layer;
    GameRules rules;
    PlayerOutputs outputs;
  };

  const Trunk& trunk_of(std::span<const Prompt> samples);
  const PlayerOutputs& kept_player_outputs(int layer, const Trunk& trunk, const GameRules& rules);
  /// One layer's attention output split by player, of all rows or of the last ones.
  [[nodiscard]] PlayerOutputs player_outputs(int layer, const Trunk& trunk, const GameRules& rules) const;
  /// The same from the players, or the heads of a player, that are this part's: [own players, R or B, d].
  [[nodiscard]] PlayerOutputs own_player_outputs(int layer, const Trunk& trunk, const GameRules& rules) const;
  /// [C, B, d] what the last layer's MLP receives, for some coalitions of one layer's game.
  [[nodiscard]] at::Tensor run_to_last_mlp(int layer, const PlayerOutputs& players,
                                           std::span<const Coalition> coalitions, const Rows& rows) const;
  [[nodiscard]] QueryRows wanted_of(int layer) const noexcept;

  const Decoder& decoder_;
  std::int64_t batch_rows_;
  std::optional<Trunk> trunk_;
  std::optional<LayerPlayers> players_;
};

}  // namespace harsanyi
