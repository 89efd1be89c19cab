#include "orchestrator/config/forward_options.hpp"

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

void describe(OptionSet& set, ForwardOptions& options) {
  describe(set, options.model);
  describe_groups(set, options.model.compute);

  set.begin_group("Prompt (one of these)");
  set.add({"text", "TEXT", "a text, tokenised with the model's special tokens"}, options.text);
  set.add({"tokens", "LIST", "token ids, e.g. 1,2,3"}, options.tokens);
  set.add({"rows", "FILE", "JSON-lines file of rows of kind tokens"}, options.rows);

  set.begin_group("Mask");
  set.add({"mask", "LAYER:COALITION", "mask one layer down to these players: 3:{0,2}, 3:0b101 or 3:5"},
          options.mask);
  set.add({"mask-kind", "KIND", "what happens to masked heads"}, options.mask_kind);
  set.add({"epsilon", "X", "factor on the attention scores of masked heads"}, options.epsilon, at_least(0.0));

  describe(set, options.calibration);
  set.add_switch("calibrate", "calibrate the attention of the heads of --groups, or of every head",
                 options.calibrate);
  set.add({"groups", "FILE", "groups file that names the heads to calibrate"}, options.groups);

  set.begin_group("Output");
  set.add({"out", "FILE", "HDF5 file to write"}, options.out);
  set.require("out");
  set.add_switch("overwrite", "replace an existing file", options.overwrite);
  set.add_switch("hidden", "write the hidden states too: input of every layer, then after the final norm",
                 options.hidden);
  set.add_switch("attention", "write the attention maps of every layer too", options.attention);
  set.add_switch("last-only", "write logits of the last position alone", options.last_only);
}

void check(const ForwardOptions& options) {
  const int prompts =
      int{options.text.has_value()} + int{options.tokens.has_value()} + int{!options.rows.empty()};
  if (prompts != 1)
    throw ConfigError{
        fmt::format("'forward' needs exactly one of --text, --tokens and --rows; {} are given", prompts)};
  if (!options.groups.empty() && !options.calibrate)
    throw ConfigError{"--groups names heads to calibrate; add --calibrate"};
}

}  // namespace harsanyi
