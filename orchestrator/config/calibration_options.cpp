#include "orchestrator/config/calibration_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, CalibrationOptions& options) {
  set.begin_group("Calibration");
  set.add({"alpha", "X", "a token is focused if the average of its attention column exceeds this"},
          options.alpha, Bounds<double>{0.0, 1.0});
  set.add({"beta", "X", "factor on the attention to focused tokens"}, options.beta, Bounds<double>{0.0, 1.0});
  set.add({"redistribution", "RULE", "where the attention taken away goes"}, options.redistribution);
  set.add({"decoding", "MODE", "what calibration does to the steps that generate text"}, options.decoding);
  set.add({"layers", "LIST", "layers in which heads are calibrated, e.g. 0-3,7"}, options.layers);
}

}  // namespace harsanyi
