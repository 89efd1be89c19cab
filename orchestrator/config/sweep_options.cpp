#include "orchestrator/config/sweep_options.hpp"

#include "partition/base/error.hpp"

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

void describe_stopping(OptionSet& set, SweepOptions& options) {
  set.begin_group("Adaptive stopping (docs/method.md; part of the experiment)");
  set.add(
      {"stopping", "KIND",
       "full: every layer gets all samples. elimination: of a layer only those values are computed that "
       "it takes to decide its salient group, samples being added to the coalitions that may still be it, "
       "small ones first. Two that are nearly equal get all samples all the same"},
      options.stopping);
  set.add({"stopping-confidence", "X",
           "how sure a layer's group must be to be the one that all samples would give; per layer"},
          options.stopping_confidence, Bounds<double>{0.5, 0.999999});
  set.add({"stopping-indifference", "X",
           "a layer is decided too once its group's mean dividend is at most X below the largest one, at "
           "that confidence; in log-odds (F1 for generated answers)"},
          options.stopping_indifference, at_least(0.0));
  set.add({"stopping-first-samples", "N",
           "samples per benchmark before the first look; the bound is approximate below some dozens in all"},
          options.stopping_first_samples, at_least(2));
}

// Options that would be silently without effect, or against each other.
void check_stopping(const SweepOptions& options) {
  const SweepOptions standard;
  if (options.stopping == Stopping::full &&
      (options.stopping_confidence != standard.stopping_confidence ||
       options.stopping_indifference != standard.stopping_indifference ||
       options.stopping_first_samples != standard.stopping_first_samples))
    throw ConfigError{
        "--stopping-confidence, --stopping-indifference and --stopping-first-samples are of no use without "
        "--stopping elimination"};
  if (options.stopping == Stopping::elimination && options.unit_layers > 1)
    throw ConfigError{
        "--stopping elimination stops every layer by itself, and --unit-layers above 1 ties layers together; "
        "leave it at 0"};
}

void describe_units(OptionSet& set, SweepOptions& options) {
  set.begin_group(
      "Units of work (part of the experiment; an unfinished cube is continued with the units it has, "
      "whatever the number of ranks)");
  set.add({"unit-layers", "N", "most layers of a unit; 0: chosen"}, options.unit_layers, at_least(0));
  set.add({"unit-coalitions", "N", "most coalitions of a unit; 0: chosen"}, options.unit_coalitions,
          at_least(0));
  set.add({"unit-samples", "N", "most samples of a unit; 0: chosen"}, options.unit_samples, at_least(0));
  set.add(
      {"worker-groups", "N",
       "choose units for N worker groups (ranks that compute); 0: for those of this run, or one for plan"},
      options.worker_groups, at_least(0));
}

void describe_part(OptionSet& set, SweepOptions& options) {
  set.begin_group(
      "Part (of a sweep that several clusters share: docs/records.md; no part of the experiment)");
  set.add(
      {"only-layers", "LIST",
       "compute these layers alone, with the same --worker-groups or --unit-... as the other parts, which "
       "`harsanyi merge` joins; units that reach beyond are computed whole"},
      options.only_layers);
  set.add({"only-samples", "LIST",
           "compute these samples alone, numbered from 0, benchmark after benchmark in the order named"},
          options.only_samples);
}

void check_part(const SweepOptions& options) {
  if (options.only_layers.text() == "none" || options.only_samples.text() == "none")
    throw ConfigError{"--only-layers none and --only-samples none leave nothing to compute"};
  if (options.stopping == Stopping::elimination && options.only_samples != SampleList{})
    throw ConfigError{
        "--only-samples does not go with --stopping elimination, which decides layer by layer over all "
        "samples; share such a sweep by --only-layers"};
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
  describe_groups(set, options.model.compute);
  describe(set, options.data);
  describe_game(set, options);
  describe_stopping(set, options);
  describe_units(set, options);
  describe_part(set, options);
  set.begin_group("Run");
  set.add({"cube", "FILE", "dividend cube to write; an unfinished one of the same experiment is continued"},
          options.cube);
  set.require("cube");
  set.add({"attempts", "N", "how often a unit is tried before it is set aside"}, options.attempts,
          Bounds<int>{1, 100});
  describe(set, options.limits);
  set.add_switch("profile",
                 "measure where the time goes: per rank the seconds in matrix products, attention, single "
                 "rows and waiting, and the useful FLOP/s; shown at the end and by inspect, kept in the cube",
                 options.profile);
  set.add_switch("dry-run", "check everything and show the plan, compute nothing", options.dry_run);
  describe(set, options.log);
}

void check(const SweepOptions& options) {
  check(options.data);
  check_stopping(options);
  check_part(options);
}

}  // namespace harsanyi
