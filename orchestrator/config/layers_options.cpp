#include "orchestrator/config/layers_options.hpp"

#include "partition/base/error.hpp"

namespace harsanyi {

void describe(OptionSet& set, LayersOptions& options) {
  EvaluateOptions& evaluation = options.evaluation;
  set.begin_group("Model");
  set.add({"model", "DIR", "Hugging Face folder"}, evaluation.models);
  set.require("model");
  set.add({"groups", "FILE", "groups file of the model"}, evaluation.groups);
  set.require("groups");
  describe(set, evaluation.compute);
  describe_rows(set, evaluation);

  set.begin_group("Search");
  set.add(
      {"split", "PART",
       "rows that layers are chosen by; `scored` chooses by the rows that results are reported on, and every "
       "result with these layers says so"},
      options.split);
  set.add({"rounds", "N", "most layers"}, options.rounds, Bounds<int>{1, 1000});
  describe_calibration(set, evaluation);

  set.begin_group("Run");
  set.add({"out", "DIR", "folder of the rounds' results, which are continued, and of layers.json"},
          options.out);
  set.require("out");
  describe_run(set, evaluation);
}

void check(const LayersOptions& options) {
  check(options.evaluation);
  if (options.evaluation.models.size() != 1)
    throw ConfigError{"a search is for one model; start one search for each"};
  if (options.split == ScoredPart::calibration && options.evaluation.calibration_samples < 1)
    throw ConfigError{"--split calibration needs --calibration-samples N, the rows to choose by"};
}

}  // namespace harsanyi
