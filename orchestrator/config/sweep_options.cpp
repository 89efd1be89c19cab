#include "orchestrator/config/sweep_options.hpp"

namespace harsanyi {
namespace {

void describe_game(OptionSet& set, SweepOptions& options) {
  set.begin_group("Game");
  set.add_preset<Convention>(
      {"convention", "NAME", "gives samples, epsilon and letters their values, unless they are named"},
      options.convention, [&options](Convention chosen) { options.use(chosen); });
  set.add({"samples", "N", "calibration rows drawn per benchmark, or all rows if there are fewer"},
          options.samples, at_least(1));
  set.add({"seed", "N", "of the draw of calibration rows"}, options.seed);
  set.add({"mask", "KIND", "what happens to masked heads"}, options.mask);
  set.add({"epsilon", "X", "factor on the attention scores of masked heads, for --mask undifferentiated"},
          options.epsilon, at_least(0.0));
  set.add({"value", "KIND", "what a coalition's value measures; without it: as the benchmarks have it"},
          options.value);
}

void describe_units(OptionSet& set, SweepOptions& options) {
  set.begin_group("Units of work (part of the experiment: they decide the composition of every batch)");
  set.add({"unit-layers", "N", "most layers of a unit; 0: chosen"}, options.unit_layers, at_least(0));
  set.add({"unit-coalitions", "N", "most coalitions of a unit; 0: chosen"}, options.unit_coalitions,
          at_least(0));
  set.add({"unit-samples", "N", "most samples of a unit; 0: chosen"}, options.unit_samples, at_least(0));
}

}  // namespace

void SweepOptions::use(Convention chosen) {
  const bool paper = chosen == Convention::paper;
  samples = paper ? 300 : 900;
  epsilon = paper ? 1e-5 : 1e-10;
  data.letters = paper ? LetterRule::in_context : LetterRule::release;
}

void describe(OptionSet& set, SweepOptions& options) {
  describe(set, options.model);
  describe(set, options.data);
  describe_game(set, options);
  describe_units(set, options);
  set.begin_group("Run");
  set.add({"cube", "FILE", "dividend cube to write; an unfinished one of the same experiment is continued"},
          options.cube);
  set.require("cube");
  set.add({"attempts", "N", "how often a unit is tried before it is set aside"}, options.attempts,
          Bounds<int>{1, 100});
  set.add_switch("dry-run", "check everything and show the plan, compute nothing", options.dry_run);
}

void check(const SweepOptions& options) {
  check(options.data);
}

}  // namespace harsanyi
