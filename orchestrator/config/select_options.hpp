#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/config/convention.hpp"
#include "orchestrator/config/option_set.hpp"
#include "partition/game/conventions.hpp"

namespace harsanyi {

/// select: choose the salient group of every layer.
struct SelectOptions {
  std::filesystem::path cube;
  std::filesystem::path groups = "groups.h5";
  std::vector<std::string> benchmarks;  ///< pools of the cube that count; none: all
  Convention convention = Convention::paper;
  SelectionRule rule = SelectionRule::max_dividend;
  Orientation orientation = Orientation::present;
  ZeroRule zero = ZeroRule::none;
  EditedHeads edited = EditedHeads::outside_group;
  std::optional<ValueScale> scale;  ///< nothing: `scale_of`
  bool overwrite = false;

  /// Gives the conventions below the values of `chosen`.
  void use(Convention chosen);
  /// The scale on which values of `kind` are taken: `scale`, else the convention's. The released code takes
  /// probabilities where they are normalised over the labels (game_theory.py:190-199).
  [[nodiscard]] ValueScale scale_of(ValueKind kind) const;
};

void describe(OptionSet& set, SelectOptions& options);

}  // namespace harsanyi
