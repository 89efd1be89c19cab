#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "orchestrator/config/calibration_options.hpp"
#include "orchestrator/config/model_options.hpp"
#include "orchestrator/config/selection_text.hpp"

namespace harsanyi {

/// forward: run prompts through a model and write what comes out.
struct ForwardOptions {
  ModelOptions model;
  std::optional<std::string> text;
  std::optional<TokenList> tokens;
  std::filesystem::path rows;  ///< JSON-lines file of kind tokens

  std::optional<LayerCoalition> mask;
  MaskKind mask_kind = MaskKind::undifferentiated;
  double epsilon = 1e-5;

  bool calibrate = false;
  std::filesystem::path groups;  ///< heads to calibrate; empty: every head
  CalibrationOptions calibration;

  bool hidden = false;
  bool attention = false;
  bool last_only = false;  ///< logits of the last position alone
  std::filesystem::path out;
  bool overwrite = false;
};

void describe(OptionSet& set, ForwardOptions& options);
/// @throws ConfigError  unless exactly one of --text, --tokens and --rows is given; for --groups without
///         --calibrate
void check(const ForwardOptions& options);

}  // namespace harsanyi
