#include "orchestrator/config/select_options.hpp"

namespace harsanyi {

void SelectOptions::use(Convention chosen) {
  const bool paper = chosen == Convention::paper;
  rule = paper ? SelectionRule::max_dividend : SelectionRule::max_dividend_with_empty;
  orientation = paper ? Orientation::present : Orientation::masked;
  zero = paper ? ZeroRule::none : ZeroRule::code;
  edited = paper ? EditedHeads::outside_group : EditedHeads::inside_group;
}

ValueScale SelectOptions::scale_of(ValueKind kind) const {
  if (scale) return *scale;
  return convention == Convention::release && kind == ValueKind::label_set ? ValueScale::probability
                                                                           : ValueScale::measured;
}

void describe(OptionSet& set, SelectOptions& options) {
  set.begin_group("Files");
  set.add({"cube", "FILE", "finished dividend cube to read"}, options.cube);
  set.require("cube");
  set.add({"groups", "FILE", "groups file to write"}, options.groups);
  set.add_switch("overwrite", "replace an existing groups file", options.overwrite);

  set.add({"benchmark", "NAME", "take the samples of this benchmark alone; without it: of all in the cube"},
          options.benchmarks);

  set.begin_group("Conventions");
  set.add_preset<Convention>(
      {"convention", "NAME", "gives the options below their values, unless they are named"},
      options.convention, [&options](Convention chosen) { options.use(chosen); });
  set.add({"rule", "RULE", "how the salient group follows from the mean dividends"}, options.rule);
  set.add({"orientation", "NAME",
           "what the members of a coalition are: unmasked (paper) or masked (released code)"},
          options.orientation);
  set.add({"zero", "RULE", "value of the empty coalition: as measured, or 0 as in the released code"},
          options.zero);
  set.add({"value-scale", "SCALE",
           "scale of the values; without it: measured, but probability for label_set values in convention "
           "release"},
          options.scale);
  set.add({"edited", "HEADS", "heads that calibration edits"}, options.edited);
}

}  // namespace harsanyi
