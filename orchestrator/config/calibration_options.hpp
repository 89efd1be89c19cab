#pragma once

#include "orchestrator/config/option_set.hpp"
#include "orchestrator/config/selection_text.hpp"
#include "partition/game/conventions.hpp"

namespace harsanyi {

/// Attention calibration (GAC, Eq. 9-12).
struct CalibrationOptions {
  double alpha = 0.1;  ///< a token is focused if its column average exceeds alpha
  double beta = 0.1;   ///< factor on focused entries
  Redistribution redistribution = Redistribution::proportional;
  DecodeCalibration decoding = DecodeCalibration::running;
  LayerList layers;  ///< layers in which heads are edited
};

/// Adds the group "Calibration".
void describe(OptionSet& set, CalibrationOptions& options);

}  // namespace harsanyi
